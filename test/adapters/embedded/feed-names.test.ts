// What the embedded feed notes of who is in it: enough to pass over the others, and nothing of who was erased.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toBlockEvent } from '../../../src/adapters/embedded/feed/blocks.ts'
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { naming, prepareNames } from '../../../src/adapters/embedded/feed/names.ts'
import { BEGINNING, compareCursors, type Cursor } from '../../../src/core/events/cursor.ts'
import type { NewEvent } from '../../../src/core/events/event.ts'
import { NO_FACTS, writeFacts } from '../../../src/core/events/facts.ts'
import type { EventFeed } from '../../../src/core/events/ports.ts'
import { idOf, ROOMY, seqs, silentLog } from '../../support/events/feed-lab.ts'
import { NOON } from '../../support/times.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-feed-'))
  file = join(folder, 'feed.sqlite')
})
afterEach(() => rm(folder, { recursive: true }))

const ADA = 'ada@example.com'
const EVENTS = 4_000

const open = (retention = ROOMY.retention) =>
  openEmbeddedFeed({ ...ROOMY, retention, file, now: () => NOON, log: silentLog })

/** From this number on, all to different people, but for those at `theirs`. */
const eventsOf = (first: number, count: number, theirs: readonly number[] = []): NewEvent[] =>
  Array.from({ length: count }, (_, n) => {
    const recipient = theirs.includes(first + n) ? 'Ada@Example.com' : `reader-${first + n}@example.com`
    const facts = writeFacts('mandrill', { ...NO_FACTS, recipient, messageId: `m-${first + n}` })
    return { id: idOf(Buffer.from(`${first + n}`)), kind: 'sent', data: Buffer.from('{}'), ...facts }
  })

/** All that is found, and how many looks it takes. */
async function searchAll(feed: EventFeed, name: string, after = BEGINNING) {
  const found: number[] = []
  const head = await feed.last(0)
  let looks = 0
  for (; compareCursors(after, head) < 0; looks++) {
    const { events, next } = await feed.search(after, 256, [name])
    found.push(...seqs(events))
    after = next
  }
  return { found, looks }
}

/** Whether the file has a note of somebody. */
function isNoted(name: string): boolean {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  const rows = db.prepare('SELECT hashes FROM names').all() as { hashes: Uint8Array }[]
  db.close()
  const [hash = 0] = naming([name]).hashes
  return rows.some(({ hashes }) => new Uint32Array(hashes.slice().buffer).includes(hash))
}

const cursorOf = async (feed: EventFeed, seq: number): Promise<Cursor> => {
  const { epoch } = await feed.last(0)
  return { epoch, seq }
}

test('one look passes over all that is known to be of others, and finds what is theirs', async () => {
  const feed = await open()
  await feed.append(eventsOf(1, EVENTS, [700, 3_990]))
  expect(await searchAll(feed, 'nobody@example.com')).toEqual({ found: [], looks: 1 })
  expect(await searchAll(feed, ADA)).toEqual({ found: [700, 3_990], looks: 2 })
  expect((await searchAll(feed, ADA, await cursorOf(feed, 700))).found).toEqual([3_990])
  await feed.close()
})

test('who comes after a search has looked at the newest is found by the next', async () => {
  const feed = await open()
  await feed.append(eventsOf(1, 300))
  expect(await searchAll(feed, ADA)).toMatchObject({ found: [] })
  await feed.append(eventsOf(301, 10, [305]))
  expect(await searchAll(feed, ADA)).toMatchObject({ found: [305] })
  await feed.close()
})

test('what an older hub has stored is looked through once', async () => {
  const older = await open()
  await older.append(eventsOf(1, EVENTS, [700]))
  await older.close()
  const db = new DatabaseSync(file)
  db.exec('DELETE FROM names')
  db.close()
  const feed = await open()
  const first = await searchAll(feed, ADA)
  expect(first.found).toEqual([700])
  expect(first.looks).toBeGreaterThan(10)
  expect(await searchAll(feed, 'nobody@example.com')).toEqual({ found: [], looks: 1 })
  await feed.close()
})

test('nothing is noted of who was erased, also of what had just come', async () => {
  const feed = await open()
  await feed.append(eventsOf(1, EVENTS, [700, 3_990]))
  expect(isNoted(ADA)).toBe(true)
  await feed.erase([await cursorOf(feed, 700), await cursorOf(feed, 3_990)])
  expect(isNoted(ADA)).toBe(false)
  await feed.append(eventsOf(EVENTS + 1, EVENTS))
  expect(isNoted(ADA)).toBe(false)
  expect(await searchAll(feed, ADA)).toMatchObject({ found: [] })
  expect(isNoted(ADA)).toBe(false)
  expect(isNoted('reader-701@example.com')).toBe(true) // looked through, and noted anew
  await feed.close()
})

test('nor of whose events were let go of, where somebody looks for them', async () => {
  const feed = await open(EVENTS - 700)
  await feed.append(eventsOf(1, EVENTS, [10, 700]))
  await feed.trim(await cursorOf(feed, EVENTS))
  expect(isNoted('reader-9@example.com')).toBe(false)
  expect(await searchAll(feed, ADA)).toMatchObject({ found: [] })
  expect(isNoted(ADA)).toBe(false)
  await feed.close()
})

test('a restart or a commit that was rolled back leaves nobody out', async () => {
  const feed = await open()
  await feed.append(eventsOf(1, 300))
  await feed.close()
  const again = await open()
  await again.append(eventsOf(301, 1_000, [400, 600]))
  expect((await searchAll(again, ADA)).found).toEqual([400, 600])
  await again.close()

  const names = prepareNames(new DatabaseSync(':memory:'))
  const blockOf = (events: readonly NewEvent[]) => events.map((event) => toBlockEvent(event, NOON))
  names.add(1, blockOf(eventsOf(1, 200)))
  names.add(151, blockOf(eventsOf(151, 150, [160])))
  expect(names.mayHold(0, naming([ADA]).hashes)).toBe(true)
  expect(names.mayHold(0, naming(['nobody@example.com']).hashes)).toBe(true) // not known
})
