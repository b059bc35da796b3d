// What EventFeed promises about reading, and about the gaps that it tells.
import { expect, test } from 'vitest'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { makeEvents, range, readAll, seqs, texts, type FeedLab } from '../../../support/events/feed-lab.ts'

const MIB = 1024 * 1024

export function promisesOfReading(lab: () => FeedLab): void {
  /** A feed of 10 events of which the last `kept` are kept. */
  async function trimmedFeed(kept: number): Promise<{ feed: EventFeed; at: (seq: number) => Cursor }> {
    const feed = await lab().open({ retention: kept })
    await feed.append(makeEvents(10))
    const head = await feed.last(0)
    await feed.trim(head)
    return { feed, at: (seq) => ({ ...head, seq }) }
  }

  test('gives at most as many as asked for', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(30))
    expect(seqs((await feed.read(BEGINNING, 7)).events)).toEqual(range(1, 7))
  })

  test('goes on after `next` without a hole or a repeat', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(100))
    expect(seqs((await readAll(feed, BEGINNING, 7)).events)).toEqual(range(1, 100))
  })

  test('gives about 4 MiB at most', async () => {
    const feed = await lab().open()
    for (const n of range(1, 8)) await feed.append(makeEvents(1, `large ${n}`, MIB))
    const { events } = await feed.read(BEGINNING, 100)
    expect(events.length).toBeGreaterThanOrEqual(3)
    expect(events.length).toBeLessThanOrEqual(5)
  })

  test('gives one event however large it is', async () => {
    const feed = await lab().open()
    for (const event of makeEvents(2, 'large', 5 * MIB)) await feed.append([event])
    expect(seqs((await feed.read(BEGINNING, 100)).events)).toEqual([1])
  })

  test('tells the head beside the page', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(30))
    const page = await feed.read(BEGINNING, 7)
    expect(page.head).toEqual(await feed.last(0))
    expect(page.head.seq).toBe(30)
  })

  test('stays where it is at the head', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(3))
    const head = await feed.last(0)
    expect(await feed.read(head, 10)).toEqual({ events: [], gap: undefined, next: head, head })
  })

  test('finds nothing in a new feed', async () => {
    const { events, gap } = await (await lab().open()).read(BEGINNING, 10)
    expect({ events, gap }).toEqual({ events: [], gap: undefined })
  })

  test('has head 0 in a new feed', async () => {
    const head = await (await lab().open()).last(0)
    expect(head.seq).toBe(0)
    expect(head.epoch).toBeGreaterThan(0)
  })

  test.for([
    [0, []],
    [3, [8, 9, 10]],
    [99, range(1, 10)],
  ] as const)('finds the place before the last %i', async ([count, expected]) => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    expect(seqs((await feed.read(await feed.last(count), 100)).events)).toEqual(expected)
  })

  test('finds the place before the last ones among what is kept', async () => {
    const { feed } = await trimmedFeed(4)
    expect(seqs((await feed.read(await feed.last(99), 100)).events)).toEqual(range(7, 10))
  })

  test('tells no gap from the beginning', async () => {
    const { feed } = await trimmedFeed(4)
    const page = await feed.read(BEGINNING, 100)
    expect(page.gap).toBeUndefined()
    expect(seqs(page.events)).toEqual(range(7, 10))
  })

  test('tells exactly what was trimmed', async () => {
    const { feed, at } = await trimmedFeed(4)
    const page = await feed.read(at(2), 100)
    expect(page.gap).toEqual({ from: at(2), to: at(6), reason: 'expired' })
    expect(seqs(page.events)).toEqual(range(7, 10))
  })

  test('tells one event that was trimmed', async () => {
    const { feed, at } = await trimmedFeed(4)
    expect((await feed.read(at(5), 100)).gap).toEqual({ from: at(5), to: at(6), reason: 'expired' })
  })

  test('tells exactly that all was trimmed', async () => {
    const { feed, at } = await trimmedFeed(0)
    const page = await feed.read(at(2), 100)
    const gap = { from: at(2), to: at(10), reason: 'expired' }
    expect(page).toEqual({ events: [], gap, next: at(10), head: at(10) })
  })

  test('tells a gap once', async () => {
    const { feed, at } = await trimmedFeed(4)
    expect((await readAll(feed, at(2), 2)).gaps).toHaveLength(1)
  })

  test('tells no gap where the cursor is the last that was trimmed', async () => {
    const { feed, at } = await trimmedFeed(4)
    const page = await feed.read(at(6), 100)
    expect(page.gap).toBeUndefined()
    expect(seqs(page.events)).toEqual(range(7, 10))
  })

  test.for([-1, 1])("tells a reset for another feed's cursor, be it older or newer (%i)", async (older) => {
    const { feed, at } = await trimmedFeed(4)
    const foreign = { epoch: lab().clock.now + older * 1_000_000, seq: 8 }
    const page = await feed.read(foreign, 100)
    expect(page.gap).toEqual({ from: foreign, to: at(6), reason: 'reset' })
    expect(seqs(page.events)).toEqual(range(7, 10))
  })

  test('tells a reset to the head for a cursor beyond it', async () => {
    const { feed, at } = await trimmedFeed(4)
    const page = await feed.read(at(15), 100)
    expect(page).toMatchObject({
      events: [],
      gap: { from: at(15), to: at(10), reason: 'reset' },
      next: at(10),
    })
  })

  test('goes on after the head that a reset named', async () => {
    const { feed, at } = await trimmedFeed(4)
    const { next } = await feed.read(at(15), 100)
    await feed.append(makeEvents(6, 'later'))
    expect(texts((await feed.read(next, 100)).events)).toEqual(texts(makeEvents(6, 'later')))
  })

  test('answers a ping', async () => {
    await expect((await lab().open()).ping()).resolves.toBeUndefined()
  })
}
