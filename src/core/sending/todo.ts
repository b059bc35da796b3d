// The mails of a chunk that are left, in order. Whether a reader may still be mailed is looked up moments before.
import type { Delivery, Outcome } from '../mailing/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'

export type TodoOptions = {
  readonly unmailable: SubscriberStore['unmailable']
  /** The n of mails that may have been taken when a connection or a process was lost. Grows. */
  readonly inDoubt: ReadonlySet<number>
  /** Of these deliveries of one campaign, those that something has come back of: they were sent. */
  readonly heardOf: (campaignId: string, ids: readonly string[]) => Promise<ReadonlyMap<string, unknown>>
  readonly now: () => number
  /** Skipped, or found out to have been sent: nothing is left to do. */
  readonly onSettled: (outcome: Outcome) => void
}

const CAME_BACK = 'sent before a connection or a process was lost: events came back of it'

/** Who leaves gets nothing a second later: a look that is older than this is taken again. */
const FRESH_MS = 700
const FEWEST_AHEAD = 10
const MOST_AHEAD = 500
const OTHERS_FIRST = 5

export function createTodo(deliveries: readonly Delivery[], options: TodoOptions) {
  const { unmailable, inDoubt, heardOf, now } = options
  let left = deliveries.toReversed() // the next one is the last
  const lookedAt = new Map<number, number>()
  let taken = 0
  let looking: Promise<void> | undefined

  /** Looks as far ahead as twice what was sent since the last look: a slow lane asks for few, a fast one seldom. */
  async function look(): Promise<void> {
    const ahead = left.slice(-Math.min(MOST_AHEAD, Math.max(FEWEST_AHEAD, 2 * taken)))
    const at = now()
    taken = 0
    const verdicts = await unmailable(
      ahead.map(({ subscriberId }) => subscriberId),
      at,
    )
    const sent = await cameBack(ahead)
    for (const { n, subscriberId } of ahead) if (!verdicts.has(subscriberId)) lookedAt.set(n, at)
    const settled = ahead.filter(({ n, subscriberId }) => sent.has(n) || verdicts.has(subscriberId))
    if (settled.length === 0) return
    left = left.filter((delivery) => !settled.includes(delivery))
    for (const { n, attempts, dueAt, subscriberId } of settled) {
      const common = { n, dueAt, at }
      const reason = verdicts.get(subscriberId) ?? null
      options.onSettled(
        sent.has(n)
          ? { ...common, status: 'sent', attempts: attempts + 1, reason: CAME_BACK }
          : { ...common, status: 'skipped', attempts, reason },
      )
    }
  }

  /** A mail in doubt may be the very one that its reader has opened, or left by, or that bounced: it did go out. */
  async function cameBack(ahead: readonly Delivery[]): Promise<ReadonlySet<number>> {
    const doubtful = ahead.filter(({ n }) => inDoubt.has(n))
    const [first] = doubtful
    if (!first) return new Set()
    const heard = await heardOf(
      first.campaignId,
      doubtful.map(({ id }) => id),
    )
    return new Set(doubtful.filter(({ id }) => heard.has(id)).map(({ n }) => n))
  }

  return {
    count: () => left.length,
    async next(): Promise<Delivery | undefined> {
      for (;;) {
        const delivery = left.at(-1)
        if (!delivery) return undefined
        if (now() - (lookedAt.get(delivery.n) ?? -Infinity) < FRESH_MS) {
          taken += 1
          return left.pop()
        }
        await (looking ??= look().finally(() => (looking = undefined)))
      }
    },
    /** It was not sent after all. A few others go first, so that one mail alone does not look like an outage. */
    putBack(delivery: Delivery): void {
      lookedAt.delete(delivery.n) // it may be in doubt by now
      left.splice(Math.max(0, left.length - OTHERS_FIRST), 0, delivery)
    },
  }
}
