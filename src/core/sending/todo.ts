// The mails of a chunk that are left, in order. Whether a subscriber may still be mailed is looked up just before sending.
import { domainOf } from '../addresses/address.ts'
import { ago } from '../pause.ts'
import type { Delivery, Outcome } from '../campaigns/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'
import type { ReactionsTo } from './parts.ts'

export type Todo = ReturnType<typeof createTodo>

type TodoOptions = {
  readonly unmailable: SubscriberStore['unmailable']
  readonly reactionsTo: ReactionsTo
  readonly now: () => number
  /** Skipped, or found to have been sent already: nothing is left to do. */
  readonly onDone: (outcome: Outcome) => void
}

const CAME_BACK = 'sent before a connection or a process was lost: events of it came back'

/** Who leaves gets nothing a second later: an older look than this is repeated. */
const FRESH_MS = 700
/** The same for a mail that is claimed: most claims take a moment, and need no second look. */
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

  /** Looks ahead at twice as many mails as were taken since the last look: few on a slow lane, rarely on a fast one. */
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
    /** The outcome of a mail that was taken, if its claim took so long that a second look finds it done. */
    async lookAgain(delivery: Delivery): Promise<Outcome | undefined> {
      if (age(delivery) < STALE_MS) return undefined
      return (await doneOf(options, [delivery], now())).get(delivery.n)
    },
    /** For a mail that was not sent after all. A few others go first, so that one mail alone does not look like an outage. */
    putBack(delivery: Delivery): void {
      lookedAt.delete(delivery.n) // it may have been sent: look again
      left.splice(Math.max(0, left.length - OTHERS_FIRST), 0, delivery)
    },
  }
}

/**
 * The mails that need not be sent. A mail with reactions was sent, by a process or over a connection that was lost before it
 * could say so. All are asked about, not only those that the marks say are in doubt: marks may be lost, reactions not.
 */
async function doneOf(
  { unmailable, reactionsTo }: TodoOptions,
  page: readonly Delivery[],
  at: number,
): Promise<ReadonlyMap<number, Outcome>> {
  const done = new Map<number, Outcome>()
  const [first] = page
  if (!first) return done
  const subscribers = page.map(({ subscriberId }) => subscriberId)
  const ids = page.map(({ id }) => id)
  const [verdicts, reactions] = await Promise.all([
    unmailable(subscribers, at),
    reactionsTo(first.campaignId, ids),
  ])
  for (const { id, n, attempts, dueAt, subscriberId } of page) {
    const common = { n, dueAt, at }
    const reason = verdicts.get(subscriberId)
    if (reactions.has(id))
      done.set(n, { ...common, status: 'sent', attempts: attempts + 1, reason: CAME_BACK })
    else if (reason !== undefined) done.set(n, { ...common, status: 'skipped', attempts, reason })
  }
  return done
}

/** Domains take turns, so that one domain's refusals can be compared with the answers of others. */
function spread(deliveries: readonly Delivery[]): Delivery[] {
  const domains = [...Map.groupBy(deliveries, ({ email }) => domainOf(email)).values()]
  const turns = Math.max(0, ...domains.map(({ length }) => length))
  return Array.from({ length: turns }, (_, turn) => domains.flatMap((mails) => mails[turn] ?? [])).flat()
}
