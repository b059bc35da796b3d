// Forgetting a person (GDPR): which stores are asked, in which order, and which of them twice.
import type { SubscriberStore } from './ports.ts'

type Eraser = (email: string) => Promise<unknown>

/** Each may be asked again for the same address. */
type ForgetDeps = {
  /** What came in: feed, archive, quarantine. */
  readonly events: Eraser
  /** What went out, and is to go out. */
  readonly deliveries: Eraser
  readonly outbox: Eraser
  readonly subscribers: Pick<SubscriberStore, 'erase'>
  readonly now: () => number
}

export type Forget = (email: string) => Promise<void>

export function createForget({ events, deliveries, outbox, subscribers, now }: ForgetDeps): Forget {
  async function mailsTo(email: string): Promise<void> {
    await deliveries(email)
    await outbox(email)
  }
  return async (email) => {
    await events(email)
    await mailsTo(email)
    // The person after all else: whoever is told of a failure on the way finds them still there, and asks again.
    await subscribers.erase(email, now())
    await mailsTo(email) // a campaign that was being expanded has written them down once more
  }
}
