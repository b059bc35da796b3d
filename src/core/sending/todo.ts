// The mails of a chunk that are left, in order. Whether a reader may still be mailed is looked up moments before.
import type { Delivery, Outcome } from '../mailing/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'

export type TodoOptions = {
  readonly unmailable: SubscriberStore['unmailable']
  readonly now: () => number
  readonly onSkipped: (outcome: Outcome) => void
}

/** Who leaves gets nothing a second later: a look that is older than this is taken again. */
const FRESH_MS = 700
const FEWEST_AHEAD = 10
const MOST_AHEAD = 500
const OTHERS_FIRST = 5

export function createTodo(deliveries: readonly Delivery[], { unmailable, now, onSkipped }: TodoOptions) {
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
    for (const { n, subscriberId } of ahead) if (!verdicts.has(subscriberId)) lookedAt.set(n, at)
    const skipped = ahead.filter(({ subscriberId }) => verdicts.has(subscriberId))
    if (skipped.length === 0) return
    left = left.filter((delivery) => !skipped.includes(delivery))
    for (const { n, attempts, dueAt, subscriberId } of skipped) {
      const reason = verdicts.get(subscriberId) ?? null
      onSkipped({ n, status: 'skipped', attempts, dueAt, reason, at })
    }
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
      left.splice(Math.max(0, left.length - OTHERS_FIRST), 0, delivery)
    },
  }
}
