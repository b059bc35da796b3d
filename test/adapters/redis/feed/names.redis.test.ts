// Looking for somebody in Redis by what is noted of each event: counted by what Redis has read, and right where notes are missing.
import { describe, expect, test } from 'vitest'
import { namesKey } from '../../../../src/adapters/redis/keys.ts'
import { NOTES_A_KEY } from '../../../../src/adapters/redis/feed/names.ts'
import { BEGINNING, compareCursors } from '../../../../src/core/events/cursor.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { makeEvents, seqs } from '../../../support/events/feed-lab.ts'
import { useRedisLab } from '../../../support/events/redis-lab.ts'

const { redis, lab } = useRedisLab()

/** Of all kinds but inbound, which is always looked at. */
const mails = (count: number, label: string) =>
  makeEvents(count, label).map((event) => ({ ...event, kind: 'sent' as const }))

async function fill(feed: EventFeed, label: string, count: number): Promise<void> {
  const all = mails(count, label)
  for (let start = 0; start < all.length; start += 5_000) await feed.append(all.slice(start, start + 5_000))
}

async function search(feed: EventFeed, names: readonly string[]): Promise<number[]> {
  const head = await feed.last(0)
  const found: number[] = []
  for (let after = BEGINNING; compareCursors(after, head) < 0;) {
    const { events, next } = await feed.search(after, 4_000, names)
    found.push(...seqs(events))
    after = next
  }
  return found
}

/** How often Redis was asked for events while this ran. */
async function reads(work: () => Promise<unknown>): Promise<number> {
  await redis().command('CONFIG', 'RESETSTAT')
  await work()
  const stats = String(await redis().command('INFO', 'commandstats'))
  return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

describe('somebody is looked for', () => {
  test('without reading what names others, over the ends of what is noted together', async () => {
    const feed = await lab().open()
    await fill(feed, 'a', NOTES_A_KEY + 5_000)
    const names = [
      'reader-7@example.com',
      `reader-${NOTES_A_KEY - 1}@example.com`,
      `reader-${NOTES_A_KEY}@example.com`,
    ]
    const theirs = [8, NOTES_A_KEY, NOTES_A_KEY + 1]
    expect(await search(feed, names)).toEqual(theirs)
    expect(await reads(() => search(feed, names))).toBe(theirs.length)
    expect(await reads(() => search(feed, ['nobody@example.com']))).toBe(0)
  })

  test('also among events that were stored before there were notes, or whose notes are lost', async () => {
    const feed = await lab().open()
    await fill(feed, 'a', 1_500)
    await redis().command('DEL', namesKey(0))
    await fill(feed, 'b', 1_500)
    expect(await search(feed, ['reader-7@example.com', 'b-9'])).toEqual([8, 1_508])
    expect(await reads(() => search(feed, ['reader-1400@example.com']))).toBe(3 + 1 + 1) // steps of 500, and each that was found
  })

  test('also after a new life of the feed, and when what was taken out is stored anew', async () => {
    const feed = await lab().open()
    await fill(feed, 'a', 20)
    await feed.close()
    await lab().restart()
    const again = await lab().open()
    await fill(again, 'b', 20)
    expect(await search(again, ['reader-7@example.com'])).toEqual([8, 28])
    expect(await search(again, ['reader-19@example.com', 'reader-0@example.com'])).toEqual([1, 20, 21, 40])
  })

  test('known events of a batch leave the notes of the others where they belong', async () => {
    const feed = await lab().open()
    await feed.append(mails(10, 'a').filter((_, n) => n % 2 === 0))
    await feed.append(mails(10, 'a'))
    for (const n of [1, 4, 7]) expect(await search(feed, [`reader-${n}@example.com`])).toHaveLength(1)
    expect(await reads(() => search(feed, ['reader-7@example.com']))).toBe(1)
  })
})

test('of who is taken out nothing is noted, and nobody looks there again', async () => {
  const feed = await lab().open()
  await fill(feed, 'a', 100)
  const before = String(await redis().command('GETRANGE', namesKey(0), '32', '35'))
  const { events } = await feed.search(BEGINNING, 4_000, ['reader-7@example.com'])
  await feed.erase(events.map(({ cursor }) => cursor))
  expect(String(await redis().command('GETRANGE', namesKey(0), '32', '35'))).not.toBe(before)
  expect(await reads(() => search(feed, ['reader-7@example.com']))).toBe(0)
  await feed.erase([{ epoch: 7, seq: 9 }])
  expect(await search(feed, ['reader-8@example.com'])).toEqual([9])
})

test('notes go with the events that are trimmed', async () => {
  const feed = await lab().open({ retention: 1_000 })
  await fill(feed, 'a', NOTES_A_KEY + 5_000)
  expect(await redis().command('EXISTS', namesKey(0))).toBe(1)
  await feed.trim(await feed.last(0))
  expect(await redis().command('EXISTS', namesKey(0), namesKey(1))).toBe(1)
  expect(await search(feed, [`reader-${NOTES_A_KEY + 4_500}@example.com`])).toEqual([NOTES_A_KEY + 4_501])
})
