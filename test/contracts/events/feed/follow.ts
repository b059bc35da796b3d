// What EventFeed promises about following.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import {
  createGate,
  makeEvents,
  range,
  seqs,
  startReader,
  texts,
  type FeedLab,
} from '../../../support/events/feed-lab.ts'
import { until } from '../../../support/eventually.ts'

export function promisesOfFollowing(lab: () => FeedLab): void {
  test('gives what was there from the beginning', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(2_500))
    const reader = startReader(feed, BEGINNING)
    await reader.has(2_500)
    expect(texts(reader.events)).toEqual(texts(makeEvents(2_500)))
  })

  test('gives what comes to a feed that was empty', async () => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(5))
    await reader.has(5)
    expect(texts(reader.events)).toEqual(texts(makeEvents(5)))
  })

  test('gives what lies after a cursor in the middle', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const reader = startReader(feed, await feed.last(4))
    await reader.has(4)
    expect(seqs(reader.events)).toEqual(range(7, 10))
  })

  test('gives from the head only what is new', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const reader = startReader(feed, await feed.last(0))
    await feed.append(makeEvents(3, 'new'))
    await reader.has(3)
    expect(texts(reader.events)).toEqual(texts(makeEvents(3, 'new')))
  })

  test('gives every event once and in order while appends race', async () => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await Promise.all(range(1, 60).map((n) => feed.append(makeEvents(25, `caller ${n}`))))
    await reader.has(1_500)
    expect(seqs(reader.events)).toEqual(range(1, 1_500))
  })

  test('gives two followers the same', async () => {
    const feed = await lab().open()
    const readers = [startReader(feed, BEGINNING), startReader(feed, BEGINNING)]
    for (const n of range(1, 10)) await feed.append(makeEvents(10, `batch ${n}`))
    await Promise.all(readers.map((reader) => reader.has(100)))
    for (const reader of readers) expect(seqs(reader.events)).toEqual(range(1, 100))
  })

  test('gives no page before the last one was taken', async () => {
    const feed = await lab().open()
    const gate = createGate()
    let given = 0
    const reader = startReader(feed, BEGINNING, () => {
      given += 1
      return gate.opened
    })
    await feed.append(makeEvents(10))
    await until(() => expect(given).toBe(1))
    await feed.append(makeEvents(10, 'more'))
    expect(given).toBe(1)
    gate.open()
    await reader.has(20)
    expect(seqs(reader.events)).toEqual(range(1, 20))
  })

  test('is not held up by another follower that is slow', async () => {
    const feed = await lab().open()
    const gate = createGate()
    startReader(feed, BEGINNING, () => gate.opened)
    const quick = startReader(feed, BEGINNING)
    await feed.append(makeEvents(10))
    await quick.has(10)
    gate.open()
  })

  test('tells a slow follower what was trimmed before it came', async () => {
    const feed = await lab().open({ retention: 5 })
    const gate = createGate()
    await feed.append(makeEvents(1))
    const first = await feed.last(0)
    const reader = startReader(feed, BEGINNING, () => gate.opened)
    await feed.append(makeEvents(5_000, 'more'))
    await feed.trim(await feed.last(0))
    gate.open()
    await until(() => expect(reader.events.at(-1)?.cursor.seq).toBe(5_001))
    const lost = reader.gaps[0] ? reader.gaps[0].to.seq - reader.gaps[0].from.seq : 0
    expect(reader.gaps.every(({ reason, from }) => reason === 'expired' && from.epoch === first.epoch)).toBe(
      true,
    )
    expect(reader.events.length + lost).toBe(5_001)
  })

  test('tells a gap before the events that follow it', async () => {
    const feed = await lab().open({ retention: 4 })
    await feed.append(makeEvents(10))
    const head = await feed.last(0)
    await feed.trim(head)
    const reader = startReader(feed, { ...head, seq: 2 })
    await reader.has(4)
    expect(reader.gaps).toEqual([{ from: { ...head, seq: 2 }, to: { ...head, seq: 6 }, reason: 'expired' }])
    expect(seqs(reader.events)).toEqual(range(7, 10))
  })

  test("follows on after another feed's cursor was told", async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(3))
    const reader = startReader(feed, { epoch: 1, seq: 2 })
    await reader.has(3)
    await feed.append(makeEvents(3, 'more'))
    await reader.has(6)
    expect(reader.gaps).toHaveLength(1)
    expect(seqs(reader.events)).toEqual(range(1, 6))
  })

  test('gives a page again to a reader that failed', async () => {
    const feed = await lab().open()
    let failures = 0
    const reader = startReader(feed, BEGINNING, () => {
      if (failures < 2) throw new Error(`failure ${(failures += 1)}`)
    })
    await feed.append(makeEvents(5))
    await reader.has(5)
    expect(seqs(reader.events)).toEqual(range(1, 5))
  })

  test('gives nothing after it was closed', async () => {
    const feed = await lab().open()
    const closed = startReader(feed, BEGINNING)
    const other = startReader(feed, BEGINNING)
    await feed.append(makeEvents(5))
    await closed.has(5)
    await closed.close()
    await feed.append(makeEvents(5, 'more'))
    await other.has(10)
    expect(closed.events).toHaveLength(5)
  })

  test('is closed only when the page under way was taken', async () => {
    const feed = await lab().open()
    const gate = createGate()
    const reader = startReader(feed, BEGINNING, () => gate.opened)
    await feed.append(makeEvents(5))
    const closing = reader.close().then(() => reader.events.length)
    gate.open()
    expect([0, 5]).toContain(await closing)
    expect(reader.events.length).toBe(await closing)
  })
}
