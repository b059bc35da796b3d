// What EventFeed promises about appending.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import type { NewEvent } from '../../../../src/core/events/event.ts'
import {
  idOf,
  makeEvents,
  range,
  readAll,
  seqs,
  texts,
  type FeedLab,
} from '../../../support/events/feed-lab.ts'
import { HOUR, MINUTE } from '../../../support/times.ts'

export function promisesOfAppending(lab: () => FeedLab): void {
  test('gives every byte back as it came', async () => {
    const feed = await lab().open()
    const data = Buffer.from('{"subject":"안녕 ✓ \\/ 😀 \u0000 \u2028","x": 1.0e2 }\n')
    const id = Buffer.from(range(240, 255))
    const facts = '{"provider":"postbird","subject":"안녕 ✓ \\ud800 \\u0000 \u2028","more":{"any":[]}}'
    const stored = { id, kind: 'clicked', data, facts } as const
    await feed.append([
      { ...stored, more: null },
      { ...stored, id: idOf(id), more: '{"list":"안녕"}' },
    ])
    const { events } = await feed.read(BEGINNING, 2)
    expect(events[0]).toMatchObject({ ...stored, more: null, receivedAt: lab().clock.now })
    expect(events[1]).toMatchObject({ facts, more: '{"list":"안녕"}' })
    await feed.close()
    expect((await (await lab().open()).read(BEGINNING, 2)).events).toEqual(events)
  })

  test('has copied the bytes of its events when it returns', async () => {
    const feed = await lab().open()
    const batch = makeEvents(3)
    const answer = feed.append(batch)
    for (const { data, id } of batch) for (const bytes of [data, id]) bytes.fill(0)
    await answer
    expect((await feed.read(BEGINNING, 3)).events).toMatchObject(makeEvents(3))
  })

  test('keeps the order of a batch', async () => {
    const feed = await lab().open()
    const batch = makeEvents(300)
    await feed.append(batch)
    expect(texts((await readAll(feed, BEGINNING)).events)).toEqual(texts(batch))
  })

  test('numbers events from 1 without a hole', async () => {
    const feed = await lab().open()
    for (const label of ['a', 'b', 'c']) await feed.append(makeEvents(3, label))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, 9))
  })

  test('has it readable when it resolves', async () => {
    const feed = await lab().open()
    for (const label of ['a', 'b', 'c']) {
      await feed.append(makeEvents(1, label))
      expect((await feed.read(await feed.last(1), 1)).events).toMatchObject(makeEvents(1, label))
    }
  })

  test('takes an empty batch', async () => {
    expect(await (await lab().open()).append([])).toEqual({ accepted: 0, duplicates: 0 })
  })

  test('stores a batch that comes again no second time', async () => {
    const feed = await lab().open()
    expect(await feed.append(makeEvents(50))).toEqual({ accepted: 50, duplicates: 0 })
    expect(await feed.append(makeEvents(50))).toEqual({ accepted: 0, duplicates: 50 })
    expect((await readAll(feed, BEGINNING)).events).toHaveLength(50)
  })

  test('stores only what is new of an overlapping batch', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(50))
    expect(await feed.append(makeEvents(80))).toEqual({ accepted: 30, duplicates: 50 })
    expect(texts((await readAll(feed, BEGINNING)).events)).toEqual(texts(makeEvents(80)))
  })

  test('has what is new of an overlapping batch readable, in order, when it resolves', async () => {
    const feed = await lab().open()
    const before = await feed.last(0)
    const [known, all] = [makeEvents(9).filter((_, n) => n % 3 === 1), makeEvents(9)]
    await feed.append(known)
    await feed.append(all)
    const right = [...known, ...all.filter((_, n) => n % 3 !== 1)]
    for (const start of range(0, 8)) {
      const { events, next } = await feed.read({ ...before, seq: before.seq + start }, 4)
      expect(texts(events)).toEqual(texts(right.slice(start, start + 4)))
      expect(seqs(events)).toEqual(range(start + 1, Math.min(start + 4, 9)))
      expect(next).toEqual(events.at(-1)?.cursor)
    }
  })

  test('stores an id that is twice in a batch once', async () => {
    const feed = await lab().open()
    const [event] = makeEvents(1) as [NewEvent]
    expect(await feed.append([event, event])).toEqual({ accepted: 1, duplicates: 1 })
  })

  test('stores equal texts with different ids each', async () => {
    const feed = await lab().open()
    const [event] = makeEvents(1) as [NewEvent]
    const twin = { ...event, id: idOf(Buffer.from('the second such text of its batch')) }
    expect(await feed.append([event, twin])).toEqual({ accepted: 2, duplicates: 0 })
  })

  test.for([MINUTE, 12 * HOUR, 47 * HOUR, 48 * HOUR])('knows a duplicate after %i ms', async (later) => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    lab().clock.now += later
    await feed.trim(await feed.last(0))
    expect(await feed.append(makeEvents(5))).toEqual({ accepted: 0, duplicates: 5 })
  })

  test('knows a duplicate of an event that was trimmed', async () => {
    const feed = await lab().open({ retention: 3 })
    await feed.append(makeEvents(5))
    await feed.trim(await feed.last(0))
    expect(await feed.append(makeEvents(5))).toEqual({ accepted: 0, duplicates: 5 })
  })

  test('knows a duplicate when the clock was set back over midnight', async () => {
    const feed = await lab().open()
    lab().clock.now += 12 * HOUR + MINUTE
    await feed.append(makeEvents(5))
    lab().clock.now -= 2 * MINUTE
    expect(await feed.append(makeEvents(5))).toEqual({ accepted: 0, duplicates: 5 })
  })

  test('takes a batch of 10,000', async () => {
    const feed = await lab().open()
    const batch = makeEvents(10_000)
    expect(await feed.append(batch)).toEqual({ accepted: 10_000, duplicates: 0 })
    expect(texts((await readAll(feed, BEGINNING)).events)).toEqual(texts(batch))
  })

  test('takes an event of 5 MiB', async () => {
    const feed = await lab().open()
    const [event] = makeEvents(1, 'large', 5 * 1024 * 1024) as [NewEvent]
    await feed.append([event])
    expect((await feed.read(BEGINNING, 1)).events[0]?.data.equals(event.data)).toBe(true)
  })

  test('keeps each batch in its order while many are appended at once', async () => {
    const feed = await lab().open()
    const batches = range(1, 20).map((n) => makeEvents(50, `caller ${n}`))
    await Promise.all(batches.map((batch) => feed.append(batch)))
    const { events } = await readAll(feed, BEGINNING)
    expect(seqs(events)).toEqual(range(1, 1_000))
    const stored = texts(events)
    for (const batch of batches.map(texts))
      expect(stored.filter((text) => batch.includes(text))).toEqual(batch)
  })

  test('stores a batch once that is appended many times at once', async () => {
    const feed = await lab().open()
    const answers = await Promise.all(range(1, 10).map(() => feed.append(makeEvents(20))))
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(20)
    expect(texts((await readAll(feed, BEGINNING)).events)).toEqual(texts(makeEvents(20)))
  })
}
