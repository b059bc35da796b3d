// The event bus, an observer pattern: one subject (the feed), many observers, each with a filter and a cursor. An observer that
// keeps up is given every page as it comes. One that does not gets nothing until it has room, and then reads from the feed what it
// missed. So a slow observer costs bounded memory and slows down nobody else.
import { compareCursors, formatCursor, type Cursor } from './cursor.ts'
import type { FeedEvent } from './event.ts'
import { filterKey, select, type Filter } from './filter.ts'
import type { EventFeed, FeedPage, Follower, Gap } from './ports.ts'
import { breath, createNap } from '../pause.ts'

export type Observer = {
  /**
   * Takes events in cursor order. Returns false if it has no room for more: it then gets nothing until `hasRoom` is called, but
   * these events count as taken. The array is shared between equal filters.
   */
  onEvents(events: readonly FeedEvent[]): boolean
  onGap(gap: Gap): void
  /** Everything up to here was passed on, or did not match. `live`: there was nothing more at that moment. */
  onPosition(cursor: Cursor, live: boolean): void
}

/** A handle for the hub's functions. It has no methods of its own, because there are thousands of them. */
export type Observation = Readonly<Member>

export type Hub = {
  /** Starts giving an observer the events after a cursor. */
  observe(observer: Observer, after: Cursor, filter: Filter): Observation
  setFilter(observation: Observation, filter: Filter): void
  /** The observer has room again. */
  hasRoom(observation: Observation): void
  leave(observation: Observation): void
  /** Tells every observer its position; call it from time to time, for those whose filter lets nothing through. */
  tellPositions(): void
  /** The hub's own position in the feed; undefined while it does not follow it. */
  position(): Cursor | undefined
  observers(): number
  /** How many observers are not at the head. */
  catchingUp(): number
  close(): Promise<void>
}

type Member = {
  readonly observer: Observer
  filter: Filter
  key: string
  cursor: Cursor
  /** live: handed every page. behind: being caught up. full: waits until it has room. */
  state: 'live' | 'behind' | 'full' | 'closed'
}

/**
 * Events of one catch-up read: the most that a slow observer holds beyond its own bound. Reads end at multiples of it, so that
 * observers that started at different places soon stand at the same place, and share the next read.
 */
const CATCH_UP_PAGE = 250
/** Catch-up reads at the same time, for all observers together. */
const CATCH_UP_READS = 4
/**
 * After a restart thousands catch up: after each page, and within it after so long, others have so many turns, or as long. In each turn
 * Node accepts one connection, in the order in which they came: with a single one, a new connection for the hook would wait for long.
 */
const STRETCH_MS = 10
const TURNS_OF_OTHERS = 16

/**
 * Writing ten events to a thousand sockets costs as much as writing one. So after a page of several events that took long, the hub
 * waits as long as that page took, within these bounds, and the next page is larger. Single events never cause a wait.
 */
const GATHER = { afterMs: 1, mostMs: 10 }

type Clock = { readonly now: () => number; readonly nap: ReturnType<typeof createNap> }

/** Follows the feed from its head on, but only while there are observers. */
export function createHub(
  feed: EventFeed,
  onError: (error: unknown) => void,
  { now, nap }: Clock = { now: () => performance.now(), nap: createNap() },
): Hub {
  const members = new Set<Member>()
  const queue = createQueue(CATCH_UP_READS, catchUpFrom, onError)
  let following: { position: Cursor; readonly follower: Follower } | undefined
  let turn = Promise.resolve()
  let newest: Member | undefined
  let spentMs = 0
  let othersTurns: Promise<void> | undefined

  /** Starts or ends the follower, as needed. Calls wait for each other: a new follower starts only after the last page of the old. */
  function followIfWanted(): Promise<void> {
    const done = turn.then(async () => {
      if (members.size > 0 && !following) {
        const position = await feed.last(0)
        following = { position, follower: feed.follow(position, takePage) }
      } else if (members.size === 0 && following) {
        const { follower } = following
        following = undefined
        nap.wake()
        await follower.close()
      }
    })
    turn = done.catch(() => undefined)
    return done
  }

  async function takePage(page: FeedPage): Promise<void> {
    if (!following) return
    const began = now()
    const before = following.position
    following.position = page.next
    for (const member of members) if (member.state === 'live') giveLive(member, page, before)
    const took = now() - began
    if (page.events.length > 1 && took > GATHER.afterMs) await nap.wait(Math.min(took, GATHER.mostMs))
  }

  function giveLive(member: Member, page: FeedPage, before: Cursor): void {
    // The observer resumed from a place that this hub has not reached yet: skip what the observer has already.
    const ahead = compareCursors(member.cursor, before) > 0
    if (ahead && compareCursors(member.cursor, page.next) >= 0) return
    // A new life of the feed has begun, perhaps before that place: a read tells whether there is a gap.
    if (ahead && member.cursor.epoch !== page.next.epoch) return catchUp(member)
    if (page.gap && compareCursors(page.gap.to, member.cursor) > 0)
      member.observer.onGap({ ...page.gap, from: member.cursor })
    give(member, ahead ? eventsAfter(page.events, member.cursor) : page.events, page.next)
  }

  function give(member: Member, events: readonly FeedEvent[], upTo: Cursor): void {
    const chosen = select(events, member.filter, member.key)
    member.cursor = upTo
    if (chosen.length && !member.observer.onEvents(chosen) && member.state !== 'closed') member.state = 'full'
  }

  function catchUp(member: Member): void {
    member.state = 'behind'
    queue(member)
  }

  async function catchUpFrom(place: Cursor, members: readonly Member[]): Promise<void> {
    if (!members.some(isBehind)) return
    if (!following) await followIfWanted()
    const page = await feed.read(place, CATCH_UP_PAGE - (place.seq % CATCH_UP_PAGE))
    for (const member of members) {
      while (spentMs >= STRETCH_MS) await letOthers()
      const began = now()
      if (isBehind(member)) giveBehind(member, page)
      spentMs += now() - began
    }
    if (spentMs > 0) await letOthers() // to read it has taken its time, too
  }

  /** All who catch up wait together. */
  const letOthers = (): Promise<void> => (othersTurns ??= othersHaveTurns())

  async function othersHaveTurns(): Promise<void> {
    await breath()
    const began = now()
    for (let n = 1; n < TURNS_OF_OTHERS && now() - began < STRETCH_MS; n++) await breath()
    spentMs = 0
    othersTurns = undefined
  }

  function giveBehind(member: Member, page: FeedPage): void {
    if (page.gap) member.observer.onGap(page.gap)
    give(member, page.events, page.next)
    if (isBehind(member)) goOn(member)
  }

  function goOn(member: Member): void {
    const order = following ? compareCursors(member.cursor, following.position) : 1
    if (order < 0) return catchUp(member)
    if (following && order === 0) member.cursor = following.position
    member.state = 'live'
    member.observer.onPosition(member.cursor, true)
  }

  return {
    observe(observer, after, filter) {
      const key = filterKey(filter)
      // Thousands of observers ask for the same: they share one filter and key.
      const same = newest?.key === key ? newest : { filter, key }
      const member: Member = { observer, filter: same.filter, key: same.key, cursor: after, state: 'behind' }
      members.add((newest = member))
      catchUp(member)
      return member
    },
    setFilter(member: Member, filter) {
      member.filter = filter
      member.key = filterKey(filter)
      member.observer.onPosition(member.cursor, member.state === 'live')
    },
    hasRoom(member: Member) {
      if (member.state === 'full') catchUp(member)
    },
    leave(member: Member) {
      member.state = 'closed'
      members.delete(member)
      if (members.size === 0) followIfWanted().catch(onError)
    },
    tellPositions() {
      for (const member of members)
        if (member.state !== 'full') member.observer.onPosition(member.cursor, member.state === 'live')
    },
    position: () => following?.position,
    observers: () => members.size,
    catchingUp: () => [...members].filter(({ state }) => state !== 'live').length,
    close() {
      for (const member of members) member.state = 'closed'
      members.clear()
      return followIfWanted()
    },
  }
}

function eventsAfter(events: readonly FeedEvent[], cursor: Cursor): readonly FeedEvent[] {
  return events.filter((event) => compareCursors(event.cursor, cursor) > 0)
}

const isBehind = ({ state }: Member): boolean => state === 'behind'

const RETRY_MS = 500

/**
 * Calls `work` once for all members at the same place, for up to `width` places at a time, first come first served. Failed work is
 * tried again a little later. A member must not be added twice.
 */
function createQueue(
  width: number,
  work: (place: Cursor, members: readonly Member[]) => Promise<void>,
  onError: (error: unknown) => void,
): (member: Member) => void {
  const waiting = new Map<string, { readonly place: Cursor; readonly members: Member[] }>()
  let running = 0
  function next(): void {
    const [first] = running < width ? waiting : []
    if (!first) return
    const [key, { place, members }] = first
    waiting.delete(key)
    running++
    work(place, members)
      .catch((error: unknown) => {
        onError(error)
        const left = members.filter(({ cursor }) => compareCursors(cursor, place) === 0)
        setTimeout(() => left.forEach(add), RETRY_MS).unref()
      })
      .finally(() => {
        running--
        next()
      })
  }
  function add(member: Member): void {
    const place = member.cursor
    const key = formatCursor(place)
    const there = waiting.get(key)
    if (there) there.members.push(member)
    else waiting.set(key, { place, members: [member] })
    next()
  }
  return add
}
