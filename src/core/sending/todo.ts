// The mails of a chunk that are left, in order. Whether a subscriber may still be mailed is looked up moments before.
import { domainOf } from '../address.ts'
import { ago } from '../pause.ts'
import type { Delivery, Outcome } from '../campaigns/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'
import type { HeardOf } from './parts.ts'

export type Todo = ReturnType<typeof createTodo>

type TodoOptions = {
  readonly unmailable: SubscriberStore['unmailable']
  readonly heardOf: HeardOf
  readonly now: () => number
  /** Skipped, or found out to have been sent: nothing is left to do. */
  readonly onDone: (outcome: Outcome) => void
}

const CAME_BACK = 'sent before a connection or a process was lost: events came back of it'

/** Who leaves gets nothing a second later: a look that is older than this is taken again. */
const FRESH_MS = 700
/** The same once a mail is claimed: most claims take a moment, and need no second look. */
const STALE_MS = 1_000
const FEWEST_AHEAD = 10
const MOST_AHEAD = 500
const OTHERS_FIRST = 5

export function createTodo(deliveries: readonly Delivery[], options: TodoOptions) {
  const { now } = options
  let left = spread(deliveries).toReversed() // the next one is the last
  const lookedAt = new Map<number, number>()
  let taken = 0
  let looking: Promise<void> | undefined

  const age = (delivery: Delivery): number => ago(lookedAt.get(delivery.n) ?? -Infinity, now())

  /** Looks as far ahead as twice what was sent since the last look: a slow lane asks for few, a fast one seldom. */
  async function look(): Promise<void> {
    const ahead = left.slice(-Math.min(MOST_AHEAD, Math.max(FEWEST_AHEAD, 2 * taken)))
    const at = now()
    taken = 0
    const done = await doneOf(options, ahead, at)
    for (const { n } of ahead) if (!done.has(n)) lookedAt.set(n, at)
    if (done.size === 0) return
    left = left.filter(({ n }) => !done.has(n))
    for (const outcome of done.values()) options.onDone(outcome)
  }

  return {
    count: () => left.length,
    async next(): Promise<Delivery | undefined> {
      for (;;) {
        const delivery = left.at(-1)
        if (!delivery) return undefined
        if (age(delivery) < FRESH_MS) {
          taken += 1
          return left.pop()
        }
        await (looking ??= look().finally(() => (looking = undefined)))
      }
    },
    /** What has become of one that was taken, if its claim waited for so long that its look is stale. */
    async lookAgain(delivery: Delivery): Promise<Outcome | undefined> {
      if (age(delivery) < STALE_MS) return undefined
      return (await doneOf(options, [delivery], now())).get(delivery.n)
    },
    /** It was not sent after all. A few others go first, so that one mail alone does not look like an outage. */
    putBack(delivery: Delivery): void {
      lookedAt.delete(delivery.n) // it may be in doubt by now
      left.splice(Math.max(0, left.length - OTHERS_FIRST), 0, delivery)
    },
  }
}

/**
 * Those that nothing is left to do for. A mail that no server took can have no events: whoever has opened it, left by it
 * or bounced did get it, from a process or over a connection that was lost before it could say so. All are asked about,
 * not only those that somebody remembers to be in doubt: that memory may be lost, and this cannot.
 */
async function doneOf(
  { unmailable, heardOf }: TodoOptions,
  page: readonly Delivery[],
  at: number,
): Promise<ReadonlyMap<number, Outcome>> {
  const done = new Map<number, Outcome>()
  const [first] = page
  if (!first) return done
  const subscribers = page.map(({ subscriberId }) => subscriberId)
  const ids = page.map(({ id }) => id)
  const [verdicts, heard] = await Promise.all([unmailable(subscribers, at), heardOf(first.campaignId, ids)])
  for (const { id, n, attempts, dueAt, subscriberId } of page) {
    const common = { n, dueAt, at }
    const reason = verdicts.get(subscriberId)
    if (heard.has(id)) done.set(n, { ...common, status: 'sent', attempts: attempts + 1, reason: CAME_BACK })
    else if (reason !== undefined) done.set(n, { ...common, status: 'skipped', attempts, reason })
  }
  return done
}

/** Domains take turns: what one of them says to its subscribers is heard beside what others say. */
function spread(deliveries: readonly Delivery[]): Delivery[] {
  const domains = [...Map.groupBy(deliveries, ({ email }) => domainOf(email)).values()]
  const turns = Math.max(0, ...domains.map(({ length }) => length))
  return Array.from({ length: turns }, (_, turn) => domains.flatMap((mails) => mails[turn] ?? [])).flat()
}
