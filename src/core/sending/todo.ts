// The mails of a chunk that are left, in order. Whether a reader may still be mailed is looked up moments before.
import type { Delivery, Outcome } from '../mailing/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'

export type TodoOptions = {
  readonly unmailable: SubscriberStore['unmailable']
  /** Of these deliveries of one campaign, those that something has come back of. */
  readonly heardOf?: (
    campaignId: string,
    deliveryIds: readonly string[],
  ) => Promise<ReadonlyMap<string, unknown>>
  readonly now: () => number
  /** Skipped, or found out to have been sent before: nothing is left to do. */
  readonly onSettled: (outcome: Outcome) => void
}

const CAME_BACK = 'sent before a connection or a process was lost: events came back of it'

/** Who leaves gets nothing a second later: a look that is older than this is taken again. */
const FRESH_MS = 700
const FEWEST_AHEAD = 10
const MOST_AHEAD = 500
const OTHERS_FIRST = 5

export function createTodo(deliveries: readonly Delivery[], options: TodoOptions) {
  const { unmailable, now } = options
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
    const cameBack = await findSent(options, skipped)
    left = left.filter((delivery) => !skipped.includes(delivery))
    for (const { id, n, attempts, dueAt, subscriberId } of skipped) {
      const reason = verdicts.get(subscriberId) ?? null
      const skip = { n, status: 'skipped', attempts, dueAt, reason, at } as const
      const sent = { ...skip, status: 'sent', attempts: attempts + 1, reason: CAME_BACK } as const
      options.onSettled(cameBack.has(id) ? sent : skip)
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

/** A mail that was in doubt may be the very one that its reader has left by, or that bounced: so it did go out. */
async function findSent({ heardOf }: TodoOptions, deliveries: readonly Delivery[]) {
  const ids = deliveries.map(({ id }) => id)
  return (await heardOf?.(deliveries[0]?.campaignId ?? '', ids)) ?? new Map<string, unknown>()
}
