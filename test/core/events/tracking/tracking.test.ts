// Tracking takes every event of the feed into the archive once, whatever happens on the way.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '../../../../src/core/errors.ts'
import type { Leases } from '../../../../src/core/ports.ts'
import { readBatch } from '../../../../src/core/events/intake/batch.ts'
import { readAgain } from '../../../../src/core/events/intake/replay.ts'
import type { Tracking } from '../../../../src/core/events/tracking/tracking.ts'
import { makeEvents, texts } from '../../../support/events/feed-lab.ts'
import { emptied, makeRow, makeRows, openSqliteLab } from '../../../support/database/sql-lab.ts'
import { failing, openTrackingLab, type TrackingLab } from '../../../support/events/tracking-lab.ts'
import { DAY, MINUTE, NOON } from '../../../support/times.ts'
import { PATIENCE_MS, until } from '../../../support/eventually.ts'

const unavailable = () => new HubError('archive.unavailable')

let lab: TrackingLab
const openDatabase = emptied(openSqliteLab)
beforeEach(async () => void (lab = await openTrackingLab(await openDatabase())))
afterEach(() => lab.close())

const caughtUp = async (tracking: Tracking) => tracking.reached(await lab.feed.last(0), PATIENCE_MS)

describe('taking', () => {
  test('takes what was there before and what comes, in order', async () => {
    await lab.feed.append(makeEvents(2500, 'before'))
    const tracking = lab.start()
    await lab.feed.append(makeEvents(30, 'after'))
    expect(await caughtUp(tracking)).toBe(true)
    expect(await lab.archived()).toEqual(texts([...makeEvents(2500, 'before'), ...makeEvents(30, 'after')]))
  })

  test('has in the archive whatever was appended before it was asked for', async () => {
    const tracking = lab.start()
    for (const label of ['a', 'b', 'c', 'd', 'e']) {
      const [event] = makeEvents(1, label)
      await lab.feed.append(makeEvents(1, label))
      expect(await caughtUp(tracking)).toBe(true)
      expect((await lab.archive.find({ limit: 1 }))[0]?.data).toBe(event?.data.toString())
    }
  })

  test('goes on where it was left, in a new life of the feed', async () => {
    await lab.feed.append(makeEvents(10, 'first'))
    const tracking = lab.start()
    await caughtUp(tracking)
    await tracking.close()
    await lab.reopenFeed()
    const next = lab.start()
    expect(await caughtUp(next)).toBe(true) // nothing is new, and yet the head is another
    await lab.feed.append(makeEvents(10, 'second'))
    expect(await caughtUp(next)).toBe(true)
    expect(await lab.archived()).toEqual(texts([...makeEvents(10, 'first'), ...makeEvents(10, 'second')]))
  })

  test('tells its steps, its position and how far it lags', async () => {
    const onProgress = vi.fn()
    await lab.feed.append(makeEvents(10))
    const tracking = lab.start({ onProgress })
    await caughtUp(tracking)
    const head = await lab.feed.last(0)
    expect(tracking.position()).toEqual(head)
    expect(tracking.lag()).toBe(0)
    expect(onProgress).toHaveBeenCalledWith(head, 10)
  })

  test('tells the feed what it has taken', async () => {
    const trim = vi.fn(lab.feed.trim)
    await lab.feed.append(makeEvents(10))
    const tracking = lab.start({ feed: { ...lab.feed, trim } })
    await caughtUp(tracking)
    const head = await lab.feed.last(0)
    await until(() => expect(trim).toHaveBeenLastCalledWith(head))
  })

  test('lets go of what is older than it may be', async () => {
    await lab.archive.record(await lab.archive.position(), { epoch: 1, seq: 0 }, [
      ...makeRows(1, 600),
      makeRow(601, { receivedAt: NOON + DAY }),
    ])
    const entries = Array.from({ length: 120 }, (_, n) => ({
      id: `e${n}`,
      receivedAt: NOON,
      reason: 'r',
      data: '',
    }))
    await lab.quarantine.add([
      ...entries,
      { ...entries[0], id: 'new', receivedAt: NOON + DAY },
    ] as typeof entries)
    const tracking = lab.start({ archiveDays: 30, now: () => NOON + 31 * DAY })
    await until(async () => expect(await lab.archived()).toHaveLength(1))
    await until(async () => expect((await lab.quarantine.list(100)).map(({ id }) => id)).toEqual(['new']))
    await lab.feed.append(makeEvents(1))
    expect(await caughtUp(tracking)).toBe(true)
  })
})

describe('waiting', () => {
  test('tells at once what is reached already', async () => {
    const tracking = lab.start()
    expect(await tracking.reached({ epoch: 0, seq: 0 }, 0)).toBe(true)
  })

  test('gives up after a time', async () => {
    const tracking = lab.start()
    expect(await tracking.reached({ epoch: NOON * 2, seq: 1 }, 20)).toBe(false)
  })

  test('gives up when it is closed', async () => {
    const tracking = lab.start()
    const waiting = tracking.reached({ epoch: NOON * 2, seq: 1 }, 600_000)
    await tracking.close()
    expect(await waiting).toBe(false)
    expect(await tracking.reached({ epoch: NOON * 2, seq: 1 }, 600_000)).toBe(false)
  })
})

describe('several processes', () => {
  test('what a process was told while it only watched does not take it back once it does the work', async () => {
    const { promise: later, resolve: tell } = Promise.withResolvers<void>()
    const beginning = await lab.archive.position()
    let asked = 0
    async function position() {
      asked += 1
      if (asked !== 1) return lab.archive.position()
      await later
      return beginning
    }
    await lab.feed.append(makeEvents(3))
    const head = await lab.feed.last(0)
    const tracking = lab.start({ archive: { ...lab.archive, position } })
    expect(await tracking.reached(head, PATIENCE_MS)).toBe(true)
    tell()
    await later
    await Promise.resolve()
    expect([tracking.position(), tracking.lag()]).toEqual([head, 0])
  })

  test('a process that only watches knows when all is taken', async () => {
    const [worker, watcher] = [lab.start(), lab.start()]
    for (const label of ['a', 'b', 'c']) {
      await lab.feed.append(makeEvents(100, label))
      expect(await Promise.all([caughtUp(worker), caughtUp(watcher)])).toEqual([true, true])
    }
    expect(await lab.archived()).toHaveLength(300)
  })

  test('another goes on when the one that worked is closed', async () => {
    const first = lab.start()
    await caughtUp(first)
    const second = lab.start()
    await first.close()
    await lab.feed.append(makeEvents(100))
    expect(await caughtUp(second)).toBe(true)
  })

  test('every event is taken once although each believes that it works alone', async () => {
    const leases: Leases = { take: async () => true, release: async () => {} }
    const all = [lab.start({ leases }), lab.start({ leases }), lab.start({ leases })]
    for (let n = 0; n < 20; n++) await lab.feed.append(makeEvents(50, `batch ${n}`))
    expect(await Promise.all(all.map(caughtUp))).toEqual([true, true, true])
    const expected = [...Array(20).keys()].flatMap((n) => texts(makeEvents(50, `batch ${n}`)))
    expect(await lab.archived()).toEqual(expected)
    expect(
      (await lab.archive.counts({ since: 0, step: MINUTE })).reduce((sum, { count }) => sum + count, 0),
    ).toBe(1000)
  })
})

describe('outages', () => {
  test.for(['before', 'after'] as const)(
    'loses and repeats nothing when the database fails %s it has stored',
    async (when) => {
      const archive = failing(lab.archive, [unavailable(), undefined, unavailable(), unavailable()], when)
      const tracking = lab.start({ archive })
      for (const label of ['a', 'b', 'c']) {
        await lab.feed.append(makeEvents(10, label))
        expect(await caughtUp(tracking)).toBe(true)
      }
      expect(await lab.archived()).toEqual(['a', 'b', 'c'].flatMap((label) => texts(makeEvents(10, label))))
    },
  )

  test('tells once that it waits, and once that it goes on', async () => {
    const archive = failing(lab.archive, [unavailable(), unavailable(), unavailable()], 'before')
    const tracking = lab.start({ archive })
    await lab.feed.append(makeEvents(10))
    await caughtUp(tracking)
    await until(() => expect(lab.told.at(-1)).toEqual(['info', 'tracking continues']))
    expect(lab.told).toEqual([
      ['warn', 'tracking has stopped and tries again'],
      ['info', 'tracking continues'],
    ])
  })

  test('tells how far it lags while the database is away', async () => {
    const state = { away: true }
    const position: TrackingLab['archive']['position'] = async () => {
      if (state.away) throw unavailable()
      return lab.archive.position()
    }
    const tracking = lab.start({ archive: { ...lab.archive, position } })
    await until(() => expect(lab.told).toContainEqual(['warn', 'tracking has stopped and tries again']))
    await lab.feed.append(makeEvents(10))
    await until(() => expect(tracking.lag()).toBe(10))
    state.away = false
    expect(await caughtUp(tracking)).toBe(true)
    expect(tracking.lag()).toBe(0)
  })

  test('goes on after an outage of the feed', async () => {
    const errors = [1, 2, 3].map(() => new HubError('feed.unavailable'))
    const trim = vi.fn(async () => {
      const error = errors.shift()
      if (error) throw error
    })
    const tracking = lab.start({ feed: { ...lab.feed, trim } })
    await lab.feed.append(makeEvents(10))
    expect(await caughtUp(tracking)).toBe(true)
    await until(() => expect(errors).toEqual([]))
    await lab.feed.append(makeEvents(10, 'later'))
    expect(await caughtUp(tracking)).toBe(true)
  })
})

describe('events that the archive refuses', () => {
  const refusing = (refused: (text: string) => boolean): TrackingLab['archive'] => ({
    ...lab.archive,
    async record(from, to, rows) {
      if (rows.some(({ event }) => refused(event.data.toString()))) throw new Error('no such character')
      await lab.archive.record(from, to, rows)
    },
  })

  test('go into quarantine, and all others into the archive', async () => {
    const bad = (text: string) => text.includes('"reader-7@') || text.includes('"reader-91@')
    const tracking = lab.start({ archive: refusing(bad) })
    await lab.feed.append(makeEvents(100))
    expect(await caughtUp(tracking)).toBe(true)
    const all = texts(makeEvents(100))
    expect(await lab.archived()).toEqual(all.filter((text) => !bad(text)))
    const kept = await lab.quarantine.list(10)
    expect(kept.map(({ data }) => data).sort()).toEqual(all.filter(bad).sort())
    expect(kept[0]?.reason).toBe('The archive refused it: no such character')
    expect(lab.told.map(([level]) => level)).toEqual(['error', 'error'])
  })

  test('go there at once, however many, where others are taken between them', async () => {
    const isBad = (text: string) => /"reader-\d*[02468]@/.test(text)
    const tracking = lab.start({ archive: refusing(isBad), now: () => NOON })
    await lab.feed.append(makeEvents(60))
    expect(await caughtUp(tracking)).toBe(true)
    expect(await lab.quarantine.count()).toBe(30)
  })

  test('stay in the feed when there are many: then the database is at fault', async () => {
    const state = { broken: true }
    const tracking = lab.start({ archive: refusing(() => state.broken) })
    await lab.feed.append(makeEvents(100))
    await until(() => expect(lab.told).toContainEqual(['warn', 'tracking has stopped and tries again']))
    state.broken = false
    expect(await caughtUp(tracking)).toBe(true)
    expect((await lab.quarantine.list(100)).length).toBe(10)
    expect(await lab.archived()).toHaveLength(90)
  })

  test('go into quarantine slowly when there are many, and never stop those behind them for good', async () => {
    const bad = (text: string) => !text.includes('"reader-0@')
    const state = { now: NOON }
    const tracking = lab.start({ archive: refusing(bad), now: () => state.now })
    await lab.feed.append([...makeEvents(26).slice(1), ...makeEvents(1)])
    await until(() => expect(lab.told).toContainEqual(['warn', 'tracking has stopped and tries again']))
    for (const refused of [10, 20]) {
      await until(async () => expect(await lab.quarantine.count()).toBe(refused))
      state.now += 60_000
    }
    expect(await caughtUp(tracking)).toBe(true)
    expect(await lab.quarantine.count()).toBe(25)
    expect(await lab.archived()).toEqual(texts(makeEvents(1)))
  })

  test('come back by a replay once the archive takes them, each of two equal ones', async () => {
    const state = { broken: true }
    const tracking = lab.start({ archive: refusing(() => state.broken) })
    const { events } = readBatch(Buffer.from('[{"event":"spam","ts":1},{"event":"spam","ts":1}]'))
    await lab.feed.append(events)
    await until(async () => expect(await lab.quarantine.count()).toBe(2))
    state.broken = false
    for (const entry of await lab.quarantine.list(10))
      for (const expected of [1, 0]) {
        const again = readAgain(entry)
        expect(again.unreadable).toEqual([])
        expect((await lab.feed.append(again.events)).accepted).toBe(expected)
      }
    expect(await caughtUp(tracking)).toBe(true)
    expect(await lab.archived()).toEqual(events.map(({ data }) => data.toString()))
  })

  test('are cut where not even quarantine can hold them whole, and say so', async () => {
    const quarantine: TrackingLab['quarantine'] = {
      ...lab.quarantine,
      async add(entries) {
        if (entries.some(({ data }) => data.length > 150_000)) throw new Error('too long')
        await lab.quarantine.add(entries)
      },
    }
    const tracking = lab.start({ quarantine, archive: refusing((text) => text.includes('large')) })
    await lab.feed.append([...makeEvents(1, 'large', 200_000), ...makeEvents(1)])
    expect(await caughtUp(tracking)).toBe(true)
    const [entry] = await lab.quarantine.list(10)
    expect(entry?.data.length).toBeLessThan(101_000)
    expect(entry?.data).toMatch(/\[cut: 100000 of \d+ characters are kept here/)
    expect(entry?.reason).toMatch(/^The archive refused it: no such character \[cut: /)
    expect(await lab.archived()).toEqual(texts(makeEvents(1)))
  })

  test('go into quarantine at once, however many they are, where each is larger than the database takes', async () => {
    const archive: TrackingLab['archive'] = {
      ...lab.archive,
      async record(from, to, rows) {
        if (rows.some(({ event }) => event.data.includes('large'))) throw new HubError('archive.too_large')
        await lab.archive.record(from, to, rows)
      },
    }
    const tracking = lab.start({ archive, now: () => NOON })
    await lab.feed.append([...makeEvents(25, 'large'), ...makeEvents(1)])
    expect(await caughtUp(tracking)).toBe(true)
    expect([await lab.quarantine.count(), await lab.archived()]).toEqual([25, texts(makeEvents(1))])
  })
})

describe('what is too much for a database that works otherwise', () => {
  const away =
    (isTooMuch: (texts: string) => boolean, most = Infinity): TrackingLab['archive']['record'] =>
    async (from, to, rows) => {
      if (rows.length > most || rows.some(({ event }) => isTooMuch(event.data.toString())))
        throw unavailable()
      await lab.archive.record(from, to, rows)
    }

  test('a page is taken in smaller ones', async () => {
    const tracking = lab.start({ archive: { ...lab.archive, record: away(() => false, 100) } })
    await lab.feed.append(makeEvents(350))
    expect(await caughtUp(tracking)).toBe(true)
    expect(await lab.archived()).toEqual(texts(makeEvents(350)))
    expect(await lab.quarantine.count()).toBe(0)
  })

  test('an event that fails alone again and again is set aside, and those around it are not', async () => {
    const bad = (text: string) => text.includes('"reader-3@')
    const tracking = lab.start({ archive: { ...lab.archive, record: away(bad) } })
    await lab.feed.append(makeEvents(8))
    expect(await caughtUp(tracking)).toBe(true)
    const all = texts(makeEvents(8))
    expect(await lab.archived()).toEqual(all.filter((text) => !bad(text)))
    expect((await lab.quarantine.list(10)).map(({ data }) => data)).toEqual(all.filter(bad))
  })

  test('events that had bad luck a few times each are all taken', async () => {
    const failures = new Map([
      ['"reader-1@', 3],
      ['"reader-5@', 2],
    ])
    function hasBadLuck(text: string): boolean {
      const [name = '', left = 0] = [...failures].find(([one]) => text.includes(one)) ?? []
      if (left > 0) failures.set(name, left - 1)
      return left > 0
    }
    const record: TrackingLab['archive']['record'] = async (from, to, rows) => {
      const [first] = rows
      if (rows.length > 1 || (first && hasBadLuck(first.event.data.toString()))) throw unavailable()
      await lab.archive.record(from, to, rows)
    }
    const tracking = lab.start({ archive: { ...lab.archive, record } })
    await lab.feed.append(makeEvents(8))
    expect(await caughtUp(tracking)).toBe(true)
    expect([await lab.quarantine.count(), await lab.archived()]).toEqual([0, texts(makeEvents(8))])
  })

  test('in an outage nothing is set aside, however long it takes', async () => {
    const state = { away: true, asked: 0 }
    const record: TrackingLab['archive']['record'] = async (from, to, rows) => {
      state.asked += 1
      if (state.away) throw unavailable()
      await lab.archive.record(from, to, rows)
    }
    const tracking = lab.start({ archive: { ...lab.archive, record } })
    await lab.feed.append(makeEvents(1))
    await until(() => expect(state.asked).toBeGreaterThan(5))
    state.away = false
    expect(await caughtUp(tracking)).toBe(true)
    expect([await lab.quarantine.count(), await lab.archived()]).toEqual([0, texts(makeEvents(1))])
  })
})
