import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { readBatch } from '../../../src/core/events/intake/batch.ts'
import type { Cursor } from '../../../src/core/events/cursor.ts'
import type { FeedEvent } from '../../../src/core/events/event.ts'
import type { Filter } from '../../../src/core/events/filter.ts'
import { createHub, type Hub, type Observation } from '../../../src/core/events/hub.ts'
import type { EventFeed, FeedPage, Gap } from '../../../src/core/events/ports.ts'
import { createNap } from '../../../src/core/pause.ts'
import { until } from '../../support/eventually.ts'

const log = { info() {}, warn() {}, error() {} }
let dir: string
let feed: EventFeed
let hub: Hub
let stored = 0
let start: Cursor

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-bus-'))
  feed = await openEmbeddedFeed({ file: join(dir, 'feed.sqlite'), retention: 1e6, maxBytes: 1e9, log })
  hub = createHub(feed, (error) => expect.unreachable(String(error)))
  stored = 0
  start = await feed.last(0)
})

afterEach(async () => {
  await hub.close()
  await feed.close()
  await rm(dir, { recursive: true, force: true })
})

const WORDS = ['send', 'open', 'click'] as const

async function append(size: number): Promise<void> {
  const batch = Array.from({ length: size }, () => ({ event: WORDS[++stored % 3], n: stored }))
  await feed.append(readBatch(Buffer.from(JSON.stringify(batch))).events)
}

type Seen = {
  numbers: number[]
  cursors: Cursor[]
  gaps: Gap[]
  live: boolean
  room: boolean
  observation: Observation
}

function watch(after: Cursor, filter: Filter = {}, room = true): Seen {
  const seen: Seen = {
    numbers: [],
    cursors: [],
    gaps: [],
    live: false,
    room,
    observation: undefined as never,
  }
  seen.observation = hub.observe(
    {
      onEvents: (events: readonly FeedEvent[]) => {
        for (const { data, cursor } of events) {
          seen.numbers.push((JSON.parse(String(data)) as { n: number }).n)
          seen.cursors.push(cursor)
        }
        return seen.room
      },
      onGap: (gap) => seen.gaps.push(gap),
      onPosition: (_cursor, live) => (seen.live = live),
    },
    after,
    filter,
  )
  return seen
}

const numbersFrom = (first: number) => Array.from({ length: stored - first + 1 }, (_, index) => first + index)
const has = (seen: Seen, numbers: readonly number[]) => until(() => expect(seen.numbers).toEqual(numbers))

test('an observer is given what comes, in order', async () => {
  const seen = watch(start)
  for (let round = 0; round < 20; round++) await append(7)
  await has(seen, numbersFrom(1))
})

test('an observer that begins earlier is caught up first', async () => {
  await append(700)
  const seen = watch(await feed.last(650))
  await append(50)
  await has(seen, numbersFrom(51))
})

test('an observer without room is left alone, and caught up when it has room again', async () => {
  const slow = watch(start, {}, false)
  const fast = watch(start)
  for (let round = 0; round < 30; round++) await append(40)
  await has(fast, numbersFrom(1))
  expect(slow.numbers.length).toBeLessThanOrEqual(250)
  slow.room = true
  hub.hasRoom(slow.observation)
  await has(slow, numbersFrom(1))
})

test('an observer that resumes from ahead of this hub gets nothing twice', async () => {
  await append(10)
  const behind = createHub({ ...feed, last: async () => start }, () => {})
  const seen = { numbers: [] as number[] }
  const take = (events: readonly FeedEvent[]) => {
    for (const { data } of events) seen.numbers.push((JSON.parse(String(data)) as { n: number }).n)
    return true
  }
  behind.observe({ onEvents: take, onGap() {}, onPosition() {} }, await feed.last(3), {})
  await append(2)
  await until(() => expect(seen.numbers).toEqual([8, 9, 10, 11, 12]))
  await behind.close()
})

/** A hub whose follower is given pages by the test, from `start` on; what is caught up is read from the feed. */
function byHand(read: EventFeed['read'] = feed.read) {
  const given = Promise.withResolvers<(page: FeedPage) => Promise<void>>()
  const follow: EventFeed['follow'] = (_after, onPage) => {
    given.resolve(async (page) => onPage(page))
    return { close: async () => {} }
  }
  hub = createHub({ ...feed, read, follow, last: async () => start }, (error) =>
    expect.unreachable(String(error)),
  )
  return { give: async (page: FeedPage) => (await given.promise)(page) }
}

test('an observer that was caught up beyond several pages to come gets nothing twice', async () => {
  await append(10)
  const { give } = byHand()
  const seen = watch(start)
  await until(() => expect(seen.live).toBe(true))
  await append(2)
  for (let after = start; after.seq < 12;) {
    const page = await feed.read(after, 4)
    await give(page)
    after = page.next
  }
  await has(seen, numbersFrom(1))
})

test('where the life ends that an observer was caught up in, a read tells what it has lost', async () => {
  await append(3)
  const cursor = (epoch: number, seq: number): Cursor => ({ epoch, seq })
  const [ended, begun] = [start.epoch + 1, start.epoch + 2]
  const lost: Gap = { from: cursor(ended, 9), to: cursor(begun, 5), reason: 'reset' }
  const page = (next: Cursor, gap?: Gap): FeedPage => ({ events: [], gap, next, head: next })
  const pages = [page(cursor(ended, 9)), page(cursor(begun, 5), lost)]
  const { give } = byHand(async () => pages.shift() ?? page(cursor(begun, 5)))
  const seen = watch(start)
  await until(() => expect(seen.live).toBe(true))
  await give(page(cursor(begun, 5)))
  await until(() => expect(seen.gaps).toEqual([lost]))
})

test('a page that comes when nobody observes any more is passed over', async () => {
  await append(3)
  const { give } = byHand()
  const seen = watch(start)
  await until(() => expect(seen.live).toBe(true))
  hub.leave(seen.observation)
  await until(() => expect(hub.position()).toBeUndefined())
  await give(await feed.read(start, 10))
  expect(seen.numbers).toEqual(numbersFrom(1))
})

test('a changed filter holds from then on', async () => {
  const seen = watch(start, { kinds: ['opened'] })
  await until(() => expect(seen.live).toBe(true))
  await append(6)
  await has(seen, [1, 4])
  hub.setFilter(seen.observation, { kinds: ['clicked'] })
  await append(6)
  await has(seen, [1, 4, 8, 11])
})

test('a closed observer is given nothing more, and is forgotten', async () => {
  const seen = watch(start)
  await until(() => expect(seen.live).toBe(true))
  const other = watch(start)
  hub.leave(seen.observation)
  await append(3)
  await has(other, [1, 2, 3])
  expect(seen.numbers).toEqual([])
  expect(hub.observers()).toBe(1)
})

// What an observer does, in any order, while events come in: nothing may be missing, twice or out of order.
const action = fc.oneof(
  fc.record({ do: fc.constant('append' as const), size: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ do: fc.constant('join' as const), back: fc.nat(400), kind: fc.option(fc.nat(2)) }),
  fc.record({ do: fc.constant('resume' as const), who: fc.nat(20), lose: fc.nat(30) }),
  fc.record({ do: fc.constant('fill' as const), who: fc.nat(20) }),
  fc.record({ do: fc.constant('drain' as const), who: fc.nat(20) }),
  fc.record({ do: fc.constant('all resume' as const), lose: fc.nat(30), size: fc.nat(300) }),
)
const KINDS = ['sent', 'opened', 'clicked'] as const

test('observers that come, go, fill up and resume at any moment see each matching event once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const watchers: { seen: Seen; from: number; filter: Filter; kept: number[] }[] = []
      const pick = (who: number) => watchers[who % Math.max(watchers.length, 1)]
      for (const step of actions) {
        if (step.do === 'append') await append(step.size)
        if (step.do === 'join') {
          const after = await feed.last(step.back)
          const kind = step.kind === null ? undefined : KINDS[step.kind]
          const filter: Filter = kind ? { kinds: [kind] } : {}
          watchers.push({ seen: watch(after, filter), from: after.seq, filter, kept: [] })
        }
        const one = 'who' in step ? pick(step.who) : undefined
        if (one && step.do === 'fill') one.seen.room = false
        if (one && step.do === 'drain') {
          one.seen.room = true
          hub.hasRoom(one.seen.observation)
        }
        if (one && step.do === 'resume') leave(one, step.lose)()
        if (step.do === 'all resume') {
          const back = watchers.map((each) => leave(each, step.lose))
          const appended = append(step.size)
          if (step.size % 2) await appended
          for (const resume of back) resume()
          await appended
        }
      }
      for (const { seen } of watchers) {
        seen.room = true
        hub.hasRoom(seen.observation)
      }
      for (const { seen, from, filter, kept } of watchers) {
        const right = numbersFrom(1).filter(
          (n) => n > from && (!filter.kinds || filter.kinds.includes(KINDS[n % 3] as (typeof KINDS)[0])),
        )
        await until(() => expect([...kept, ...seen.numbers]).toEqual(right))
        expect(seen.gaps).toEqual([])
        hub.leave(seen.observation)
      }
    }),
    { numRuns: 60 },
  )
  // The connection breaks: the last few were not received, and it comes back with the cursor of the one before.
  function leave(one: { seen: Seen; filter: Filter; kept: number[]; from: number }, lose: number) {
    hub.leave(one.seen.observation)
    const received = one.seen.numbers.slice(0, Math.max(0, one.seen.numbers.length - lose))
    const known = { ...start, seq: Math.max(one.from, one.kept.at(-1) ?? 0) }
    const cursor = received.length > 0 ? (one.seen.cursors[received.length - 1] as Cursor) : known
    one.kept.push(...received)
    return () => void (one.seen = watch(cursor, one.filter))
  }
})

/** The same feed, and how many follow it. */
function counted(followed: EventFeed) {
  const count = { begun: 0, open: 0 }
  const follow: EventFeed['follow'] = (...given) => {
    count.begun++
    count.open++
    const follower = followed.follow(...given)
    return { close: () => follower.close().finally(() => count.open--) }
  }
  return { count, feed: { ...followed, follow } }
}

test('the feed is followed as long as somebody observes', async () => {
  const { count, feed: followed } = counted(feed)
  hub = createHub(followed, (error) => expect.unreachable(String(error)))
  await append(3)
  expect([count, hub.position()]).toEqual([{ begun: 0, open: 0 }, undefined])
  const [one, two] = [watch(start), watch(await feed.last(0))]
  await append(3)
  await has(one, numbersFrom(1))
  await has(two, numbersFrom(4))
  hub.leave(one.observation)
  await append(1)
  await has(two, numbersFrom(4))
  expect([count, hub.position()]).toEqual([{ begun: 1, open: 1 }, await feed.last(0)])
  hub.leave(two.observation)
  await until(() => expect(count.open).toBe(0))
  await append(3)
  expect([count.begun, hub.position()]).toEqual([1, undefined])
  const again = watch(two.cursors.at(-1) as Cursor)
  await append(3)
  await has(again, numbersFrom(8))
  expect(count).toEqual({ begun: 2, open: 1 })
  await hub.close()
  expect([count.open, hub.observers(), hub.position()]).toEqual([0, 0, undefined])
})

/** Observers that begin behind each of the first `count` of 1,000 events, and what it takes until all are live. To give a page takes `ms`. */
async function comeBack(count: number, ms: number) {
  let [reads, time] = [0, 0]
  const read: EventFeed['read'] = async (after, limit) => {
    const { events, ...page } = await feed.read(after, limit)
    reads += 1
    return { ...page, get events() { return (time += ms), events } } // prettier-ignore
  }
  const clock = { now: () => time, nap: createNap() }
  hub = createHub({ ...feed, read }, (error) => expect.unreachable(String(error)), clock)
  await append(1_000)
  const all = Array.from({ length: count }, (_, n) => watch({ ...start, seq: start.seq + n }))
  let turns = 0
  while (!all.every(({ live }) => live)) {
    await new Promise((resolve) => setImmediate(resolve))
    turns++
  }
  for (const [n, { numbers }] of all.entries()) expect(numbers).toEqual(range(n + 1, 1_000))
  return { reads, turns }
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

test('observers that come back to different places are soon at the same ones, and read together', async () => {
  const { reads } = await comeBack(200, 0)
  expect(reads).toBeGreaterThanOrEqual(200)
  expect(reads).toBeLessThan(300)
})

test('after each page for many, others have many turns: in each, one new connection is accepted', async () => {
  const { reads, turns } = await comeBack(200, 0.1)
  expect(turns).toBeGreaterThan((reads / 4) * 10)
})

test('within a page that takes long for all, others have turns, too', async () => {
  const { reads, turns } = await comeBack(200, 20)
  expect(turns).toBeGreaterThan((reads + 3 * 200) * 10)
})

test('who cannot be given a page gets it when that is possible, and others get it once', async () => {
  const errors: unknown[] = []
  const read: EventFeed['read'] = async (after, limit) => {
    const page = await feed.read(after, limit)
    const unreadable = () => page.events.map((event) => ({ ...event, facts: '{' }))
    return errors.length > 0 ? page : { ...page, events: unreadable() }
  }
  hub = createHub({ ...feed, read }, (error) => errors.push(error))
  const events = [1, 2, 3].map((n) => ({ event: 'open', n, msg: { email: 'ann@example.com' } }))
  await feed.append(readBatch(Buffer.from(JSON.stringify(events))).events)
  const all = [watch(start), watch(start, { email: 'ann@example.com' }), watch(start)]
  for (const seen of all) await has(seen, [1, 2, 3])
  expect(errors).toEqual([expect.any(SyntaxError)])
  expect(hub.catchingUp()).toBe(0)
})

test('an observer that has no room while it is caught up gets one page, and the rest when it has room', async () => {
  await append(700)
  const slow = watch(start, {}, false)
  const fast = watch(start)
  await has(fast, numbersFrom(1))
  expect(slow.numbers).toHaveLength(250)
  slow.room = true
  hub.hasRoom(slow.observation)
  await has(slow, numbersFrom(1))
})

test('who has left is read for no more, and given nothing of what was being read', async () => {
  const gate = Promise.withResolvers<void>()
  const places: number[] = []
  const read: EventFeed['read'] = async (after, limit) => {
    places.push(after.seq - start.seq)
    await gate.promise
    return feed.read(after, limit)
  }
  hub = createHub({ ...feed, read }, (error) => expect.unreachable(String(error)))
  await append(10)
  const all = Array.from({ length: 5 }, (_, n) => watch({ ...start, seq: start.seq + n }))
  await until(() => expect(places).toEqual([0, 1, 2, 3])) // the fifth waits for one of them
  for (const n of [0, 4]) hub.leave(all[n]?.observation as Observation)
  gate.resolve()
  for (const n of [1, 2, 3]) await has(all[n] as Seen, numbersFrom(n + 1))
  expect([all[0]?.numbers, all[4]?.numbers, places.includes(4)]).toEqual([[], [], false])
})

test('an event that cannot be read for one observer comes to no other twice', async () => {
  const [others, retried] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const errors: unknown[] = []
  let reads = 0
  const read: EventFeed['read'] = async (after, limit) => {
    const page = await feed.read(after, limit)
    const place = after.seq - start.seq
    if (place > 0) await (place < 5 ? others : retried).promise
    else if ((reads += 1) > 1) retried.resolve()
    return place > 0 || reads > 1 ? page : { ...page, events: page.events.map(unreadable) }
  }
  hub = createHub({ ...feed, read }, (error) => errors.push(error))
  await append(700)
  const busy = [1, 2, 3, 4].map((n) => watch({ ...start, seq: start.seq + n }))
  const [any, ofKind] = [watch(start), watch(start, { kinds: ['opened'] })] // they wait, and are read for together
  for (const { observation } of busy) hub.leave(observation)
  others.resolve()
  await has(any, numbersFrom(1))
  await has(
    ofKind,
    numbersFrom(1).filter((n) => n % 3 === 1),
  )
  expect(errors.map(String)).toEqual(['Error: unreadable'])
})
const unreadable = (event: FeedEvent): FeedEvent => ({
  ...event,
  get kind(): never {
    throw new Error('unreadable')
  },
})

test('who comes while the feed cannot tell its head is given everything later', async () => {
  const errors: unknown[] = []
  const last = async (count: number) =>
    errors.length < 2 ? Promise.reject(new Error('gone')) : feed.last(count)
  hub = createHub({ ...feed, last }, (error) => errors.push(error))
  const seen = watch(start)
  await append(3)
  await has(seen, [1, 2, 3])
  expect(errors.map(String)).toEqual(['Error: gone', 'Error: gone'])
})

/** Writes that take this long, and naps that end when they are told to. */
function slowWrites(ms: number) {
  const waits: number[] = []
  let time = 0
  let end = () => {}
  return {
    waits,
    took: () => void (time += ms),
    clock: {
      now: () => time,
      nap: {
        wait: (wait: number) =>
          new Promise<void>((resolve) => {
            waits.push(wait)
            end = resolve
          }),
        wake: () => end(),
      },
    },
  }
}

test.each([
  { took: 4, waits: 4 },
  { took: 60, waits: 10 },
])(
  'after a page of several that took $took ms, what comes within $waits ms is written at once',
  async (each) => {
    const { clock, waits, took } = slowWrites(each.took)
    const gathering = createHub(feed, () => {}, clock)
    const writes: number[] = []
    const observer = {
      onEvents: (events: readonly FeedEvent[]) => {
        took()
        return writes.push(events.length) > 0
      },
      onGap: () => {},
      onPosition: () => {},
    }
    gathering.observe(observer, start, {})
    await until(() => expect(gathering.catchingUp()).toBe(0))
    await append(2)
    await until(() => expect(waits).toEqual([each.waits]))
    for (let single = 0; single < 5; single++) await append(1)
    expect(writes).toEqual([2])
    clock.nap.wake()
    await until(() => expect(writes).toEqual([2, 5]))
    await gathering.close()
  },
)

test.each([
  { what: 'where writing is quick', took: 1, size: 3 },
  { what: 'however slow writing is, of events that come one at a time', took: 60, size: 1 },
])('$what, nothing waits for anything', async (each) => {
  const { clock, waits, took } = slowWrites(each.took)
  const quick = createHub(feed, () => {}, clock)
  let got = 0
  const onEvents = (events: readonly FeedEvent[]) => {
    took()
    return (got += events.length) > 0
  }
  quick.observe({ onEvents, onGap: () => {}, onPosition: () => {} }, start, {})
  await until(() => expect(quick.catchingUp()).toBe(0))
  for (let page = 1; page <= 5; page++) {
    await append(each.size)
    await until(() => expect(got).toBe(page * each.size))
  }
  expect(waits).toEqual([])
  await quick.close()
})

test('observers that want the same hold one filter and one place', async () => {
  const observer = { onEvents: () => true, onGap: () => {}, onPosition: () => {} }
  await append(3)
  const many = Array.from({ length: 3 }, () => hub.observe(observer, { ...start }, { kinds: ['opened'] }))
  await until(() => expect(hub.catchingUp()).toBe(0))
  for (const what of ['filter', 'cursor'] as const)
    expect(new Set(many.map((each) => each[what])).size).toBe(1)
  expect(many[0]?.cursor.seq).toBe(3)
})
