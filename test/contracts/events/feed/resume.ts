// What EventFeed and the bus over it promise to whoever resumes: live soon, by few reads, whatever the place is called.
import { expect, test } from 'vitest'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import { createHub } from '../../../../src/core/events/hub.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { createGate, makeEvents, range, type FeedLab } from '../../../support/events/feed-lab.ts'
import { until } from '../../../support/eventually.ts'

/** Every place where nothing follows, or little: how it comes about, and how many events come before `live`. */
const PLACES: Record<string, { kept?: number; make: (feed: EventFeed) => Promise<Cursor>; given?: number }> =
  {
    'the head': { make: (feed) => feed.last(0) },
    'the place before the last two': { make: (feed) => feed.last(2), given: 2 },
    'the beginning': { make: async () => BEGINNING, given: 10 },
    'where what is kept begins': { kept: 3, make: trimmed(Infinity), given: 3 },
    'the head when all was trimmed': { kept: 0, make: trimmed(0) },
    'the beginning when all was trimmed': {
      kept: 0,
      make: async (feed) => (await trimmed(0)(feed), BEGINNING),
    },
    'the head when it was erased': { make: erased(0) },
    'a place after which all was erased': { make: erased(3) },
    'a place of another feed': { make: async () => ({ epoch: 7, seq: 3 }), given: 10 },
    'a place beyond the head': {
      make: async (feed) => {
        const head = await feed.last(0)
        return { ...head, seq: head.seq + 5 }
      },
    },
  }

function trimmed(count: number) {
  return async (feed: EventFeed) => {
    await feed.trim(await feed.last(0))
    return feed.last(count)
  }
}

function erased(count: number) {
  return async (feed: EventFeed) => {
    const place = await feed.last(count)
    const { events } = await feed.read(await feed.last(Math.max(count, 1)), 10)
    await feed.erase(events.map(({ cursor }) => cursor))
    return place
  }
}

/** Joins a new bus at a cursor, and counts the reads until it is live and afterwards. */
async function join(feed: EventFeed, after: Cursor) {
  const seen = { reads: 0, events: 0, gaps: 0, live: false, cursor: BEGINNING }
  const read: EventFeed['read'] = (...place) => ((seen.reads += 1), feed.read(...place))
  const hub = createHub({ ...feed, read }, (error) => expect.unreachable(String(error)))
  hub.observe(
    {
      onEvents: (events) => ((seen.events += events.length), true),
      onGap: () => (seen.gaps += 1),
      onPosition: (cursor, live) => ((seen.live = live), (seen.cursor = cursor)),
    },
    after,
    {},
  )
  await until(() => expect(seen.live).toBe(true))
  return { seen, hub }
}

export function promisesOfResuming(lab: () => FeedLab): void {
  test.for(Object.keys(PLACES).flatMap((name) => [0, 1, 2].map((restarts) => [name, restarts] as const)))(
    'from %s, after %i restarts: live by two reads, and given what comes',
    async ([name, restarts]) => {
      const { kept, make, given = 0 } = PLACES[name] ?? expect.unreachable()
      const bounds = kept === undefined ? {} : { retention: kept }
      let feed = await lab().open(bounds)
      await feed.append(makeEvents(10))
      const after = await make(feed)
      for (const _ of range(1, restarts)) {
        await feed.close()
        await lab().restart()
        feed = await lab().open(bounds)
      }
      const { seen, hub } = await join(feed, after)
      expect(seen).toMatchObject({ events: given, cursor: await feed.last(0) })
      await feed.append(makeEvents(3, 'new'))
      await until(() => expect(seen.events).toBe(given + 3))
      expect(seen.reads).toBeLessThanOrEqual(2)
      await hub.close()
    },
  )

  test.for([
    ['of this feed', async (feed: EventFeed) => feed.last(10)],
    ['of another', async () => ({ epoch: 7, seq: 3 })],
  ] as const)('who is ahead of the bus, from a place %s, is given nothing twice', async ([, make]) => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const after = await make(feed)
    const gate = createGate()
    const follow: EventFeed['follow'] = (place, onPage) =>
      feed.follow(place, async (page) => (await gate.opened, onPage(page)))
    const { seen, hub } = await join({ ...feed, follow, last: async () => after }, after)
    expect(seen.events).toBe(10)
    gate.open()
    await feed.append(makeEvents(3, 'new'))
    await until(async () => expect(hub.position()).toEqual(await feed.last(0)))
    expect(seen).toMatchObject({ events: 13, gaps: after.epoch === 7 ? 1 : 0 })
    await hub.close()
  })

  test('a feed without an event is a place to be live at', async () => {
    const feed = await lab().open()
    const { seen, hub } = await join(feed, BEGINNING)
    expect(seen).toMatchObject({ reads: 1, cursor: await feed.last(0) })
    await hub.close()
  })

  test('a follower is told of a new life that has no event yet', async () => {
    const before = await lab().open()
    await before.append(makeEvents(3))
    const head = await before.last(0)
    await before.close()
    await lab().restart()
    const feed = await lab().open()
    const places: Cursor[] = []
    const follower = feed.follow(head, ({ gap, events, next }) => {
      expect({ gap, events }).toEqual({ gap: undefined, events: [] })
      places.push(next)
    })
    await until(async () => expect(places).toEqual([await feed.last(0)]))
    expect(places[0]?.epoch).toBeGreaterThan(head.epoch)
    await follower.close()
  })
}
