// What EventFeed promises about how much it keeps.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import { isHubError } from '../../../../src/core/errors.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { makeEvents, range, readAll, seqs, type FeedLab } from '../../../support/events/feed-lab.ts'
import { until } from '../../../support/eventually.ts'

const KIB = 1024

export function promisesOfBounds(lab: () => FeedLab): void {
  /** Appends until the feed has no room; answers the label of the batch that was refused. */
  async function fill(feed: EventFeed): Promise<string> {
    for (let n = 0; n < 10_000; n += 1) {
      try {
        await feed.append(makeEvents(10, `filling ${n}`, KIB))
      } catch (error) {
        if (!isHubError(error, 'feed.full')) throw error
        return `filling ${n}`
      }
    }
    throw new Error('The feed was never full')
  }

  test('keeps as many events as asked for', async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(25))
    await feed.trim(await feed.last(0))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(16, 25))
  })

  test('tells how large it is, and may be', async () => {
    const feed = await lab().open({ maxBytes: 4_000 * KIB })
    const before = await feed.size()
    await feed.append(makeEvents(100, 'sizes', KIB))
    const after = await feed.size()
    expect(after.bound).toBe(4_000 * KIB)
    expect(after.bytes - before.bytes).toBeGreaterThan(90 * KIB)
  })

  test('keeps everything before it was told to trim', async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(25))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, 25))
  })

  test('never lets go of an event that was not taken', async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(25))
    await feed.trim(await feed.last(25 - 6))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(7, 25))
  })

  test("lets go of nothing by another feed's cursor", async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(25))
    await feed.trim({ epoch: lab().clock.now - 1_000_000, seq: 25 })
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, 25))
  })

  test('lets go of nothing when nothing was taken', async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(25))
    await feed.trim(BEGINNING)
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, 25))
  })

  test('lets go of more than one step can take', async () => {
    const feed = await lab().open({ retention: 10 })
    await feed.append(makeEvents(7_000))
    await feed.append(makeEvents(7_000, 'more'))
    await feed.trim(await feed.last(0))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(13_991, 14_000))
  })

  test('lets go of the oldest beyond the bytes', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await feed.append(makeEvents(1_000, 'large', KIB))
    await feed.trim(await feed.last(0))
    const { events } = await readAll(feed, BEGINNING)
    expect(events.length).toBeGreaterThan(100)
    expect(events.length).toBeLessThan(200)
    expect(events.at(-1)?.cursor.seq).toBe(1_000)
  })

  test('numbers on when all was trimmed', async () => {
    const feed = await lab().open({ retention: 0 })
    await feed.append(makeEvents(5))
    await feed.trim(await feed.last(0))
    await feed.append(makeEvents(5, 'later'))
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(6, 10))
  })

  test('refuses events beyond the bytes when none may go', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await fill(feed)
    await expect(feed.append(makeEvents(1, 'refused'))).rejects.toMatchObject({
      code: 'feed.full',
      status: 503,
    })
  })

  test('loses nothing when it is full', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await fill(feed)
    const head = await feed.last(0)
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, head.seq))
  })

  test('takes the refused batch when there is room again', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    const refused = await fill(feed)
    await feed.trim(await feed.last(0))
    expect(await feed.append(makeEvents(10, refused, KIB))).toEqual({ accepted: 10, duplicates: 0 })
  })

  test('is as full after a restart as before it', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await fill(feed)
    await feed.close()
    const again = await lab().open({ maxBytes: 200 * KIB })
    await expect(again.append(makeEvents(1, 'refused'))).rejects.toMatchObject({ code: 'feed.full' })
  })

  test('is not full for ever when its bound was raised', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await fill(feed)
    await feed.close()
    const again = await lab().open()
    await again.ping()
    expect(await again.append(makeEvents(5, 'more'))).toEqual({ accepted: 5, duplicates: 0 })
  })

  test('makes room by itself where enough was taken', async () => {
    const feed = await lab().open({ maxBytes: 200 * KIB })
    await feed.append(makeEvents(100, 'taken', KIB))
    await feed.trim(await feed.last(0))
    for (const n of range(1, 20)) await feed.append(makeEvents(5, `more ${n}`, KIB))
    await until(async () =>
      expect(await feed.append(makeEvents(5, `at ${performance.now()}`, KIB))).toBeTruthy(),
    )
  })
}
