// What the feed has packed and compressed the archive keeps as it is, and finds, erases and shows like what it packs itself.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import { eventFacts, type FeedEvent, type NewEvent } from '../../../../src/core/events/event.ts'
import type { ArchiveRow, EventFeed } from '../../../../src/core/events/ports.ts'
import type { Sql } from '../../../../src/adapters/sql/driver/dialect.ts'
import { makeEvents, texts } from '../../../support/events/feed-lab.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'
import { openTrackingLab, type TrackingLab } from '../../../support/events/tracking-lab.ts'

let lab: TrackingLab
let sql: Sql
beforeEach(async () => {
  const database = await openSqliteLab()
  lab = await openTrackingLab(database)
  sql = await database.open()
})
afterEach(() => lab.close())

const toRow = (event: FeedEvent): ArchiveRow => ({ event, facts: eventFacts(event) })

async function stored(feed: EventFeed, events: readonly NewEvent[]): Promise<readonly FeedEvent[]> {
  const from = await feed.last(0)
  await feed.append(events)
  return (await feed.read(from, events.length)).events
}

async function record(events: readonly FeedEvent[]): Promise<void> {
  const archive = createEventArchive(sql)
  await archive.record(await archive.position(), events.at(-1)?.cursor ?? BEGINNING, events.map(toRow))
}

const blocks = () =>
  sql.read(sql.db.select().from(sql.tables.eventBlocks).orderBy(sql.tables.eventBlocks.seq))

const packedOf = (events: readonly FeedEvent[]) =>
  [...new Set(events.map(({ packed }) => packed))].flatMap((packed) =>
    packed ? Buffer.from(packed.data) : [],
  )

const events = makeEvents(128)

test('blocks that came whole are kept byte for byte, from memory and from the file', async () => {
  const fresh = await stored(lab.feed, events)
  await record(fresh)
  const feed = await lab.reopenFeed()
  const read = (await feed.read(BEGINNING, 128)).events
  expect(packedOf(read)).toEqual(packedOf(fresh))
  expect((await blocks()).map(({ seq, data }) => ({ seq, data: Buffer.from(data) }))).toEqual(
    packedOf(fresh).map((data, n) => ({ seq: 64 * n + 1, data })),
  )
  expect(await lab.archived()).toEqual(texts(events))
})

test('what comes in part, or from the middle, is packed anew', async () => {
  const all = await stored(lab.feed, events)
  const parts = [all.slice(0, 40), all.slice(40, 70), all.slice(70)]
  for (const part of parts) await record(part)
  expect((await blocks()).map(({ seq }) => seq)).toEqual([1, 41, 71])
  expect(await lab.archived()).toEqual(texts(events))
})

test('where the feed has let go of the first ones of a block, the others keep their texts', async () => {
  const [first] = await stored(lab.feed, events)
  await lab.feed.erase(first ? [first.cursor] : [])
  await record((await lab.feed.read(BEGINNING, 128)).events)
  expect(await lab.archived()).toEqual(texts(events.slice(1)))
})

test('events that came one by one lie together; a long one lies apart', async () => {
  const single = []
  for (const event of events.slice(0, 40)) single.push(...(await stored(lab.feed, [event])))
  await record(single)
  expect(await blocks()).toHaveLength(1)
  const [long] = makeEvents(1, 'long', 9_000)
  await record(await stored(lab.feed, [...events.slice(40, 80), ...(long ? [long] : [])]))
  expect(await sql.read(sql.db.select().from(sql.tables.eventTexts))).toHaveLength(1)
})

test('one that is erased leaves the others of its block, with their facts', async () => {
  const all = await stored(lab.feed, events)
  await record(all)
  const gone: readonly Cursor[] = [all[10], all[100]].flatMap((event) => event?.cursor ?? [])
  await lab.archive.erase(gone)
  const left = all.filter(({ cursor }) => !gone.includes(cursor))
  const found = await lab.archive.find({ limit: 1_000, after: BEGINNING })
  expect(found.map(({ facts, data }) => [facts, data])).toEqual(
    left.map(({ facts, data }) => [facts, data.toString()]),
  )
})
