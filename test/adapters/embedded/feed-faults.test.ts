// What can happen to the file of the embedded feed, and what the feed makes of it.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import type { EventFeed } from '../../../src/core/events/ports.ts'
import { isWriting, watchThreads } from '../../support/database/cut-threads.ts'
import {
  idOf,
  makeEvents,
  range,
  readAll,
  ROOMY,
  seqs,
  silentLog,
  startReader,
} from '../../support/events/feed-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'
import { until } from '../../support/eventually.ts'

let folder: string
let file: string
let clock: number
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-feed-'))
  file = join(folder, 'feed.sqlite')
  clock = NOON
})
afterEach(() => rm(folder, { recursive: true }))

const open = (): Promise<EventFeed> => openEmbeddedFeed({ ...ROOMY, file, now: () => clock, log: silentLog })

/** A disk is full for this process when no file of it may grow beyond so many bytes. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${bytes}:unlimited`])
}

test('a second hub on the same file does not come up', async () => {
  const feed = await open()
  await expect(open()).rejects.toThrow(/locked/)
  await feed.close()
})

test('a file that is no database stops the start', async () => {
  await writeFile(file, 'Dear diary, '.repeat(1_000))
  await expect(open()).rejects.toThrow(/not a database/)
})

test('a folder that is not there stops the start', async () => {
  file = join(folder, 'missing', 'feed.sqlite')
  await expect(open()).rejects.toThrow(/unable to open/)
})

test.runIf(process.platform === 'linux')(
  'a full disk makes the feed unavailable until there is room',
  async () => {
    const feed = await open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(10))
    try {
      limitFiles(40_000)
      const refused = feed.append(makeEvents(1_000, 'too many', 1_000))
      await expect(refused).rejects.toMatchObject({ code: 'feed.unavailable', status: 503 })
    } finally {
      limitFiles('unlimited')
    }
    expect(await feed.append(makeEvents(1_000, 'too many', 1_000))).toEqual({
      accepted: 1_000,
      duplicates: 0,
    })
    await reader.has(1_010)
    expect(seqs(reader.events)).toEqual(range(1, 1_010))
    await feed.close()
  },
)

describe('a thread that ends although nobody has closed it', () => {
  let threads: ReturnType<typeof watchThreads>
  beforeEach(() => void (threads = watchThreads()))
  afterEach(() => threads.end())
  const unavailable = { code: 'feed.unavailable', status: 503 }

  test('is replaced: what was stored is there, and readers go on without a gap', async () => {
    const feed = await open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(10))
    const before = await feed.last(4)
    await feed.trim(before)
    await threads.cutOff(0)
    expect(await feed.append(makeEvents(20))).toEqual({ accepted: 10, duplicates: 10 })
    await reader.has(20)
    expect(seqs(reader.events)).toEqual(range(1, 20))
    expect(reader.gaps).toEqual([])
    expect(seqs((await feed.read(before, 100)).events)).toEqual(range(7, 20))
    expect(await feed.taken()).toEqual(before)
    expect(await feed.last(0)).toMatchObject({ seq: 20 })
    await feed.close()
  })

  test('what it was at is refused, and may be given again', async () => {
    const feed = await open()
    const reader = startReader(feed, BEGINNING)
    const refused = expect(feed.append(makeEvents(2_000, 'event', 20_000))).rejects.toMatchObject(unavailable)
    await isWriting(file)
    await threads.cutOff(0)
    await refused
    expect(await feed.append(makeEvents(2_000, 'event', 20_000))).toEqual({ accepted: 2_000, duplicates: 0 })
    await reader.has(2_000)
    expect(seqs(reader.events)).toEqual(range(1, 2_000))
    await feed.close()
  })

  test('readers are given what it had stored without a word', async () => {
    const feed = await open()
    const reader = startReader(feed, BEGINNING)
    for (const event of makeEvents(3)) await feed.append([event])
    await reader.has(3)
    await threads.cutOff(0)
    const other = new DatabaseSync(file)
    other.exec('INSERT INTO blocks SELECT 4, 4, epoch, size, data FROM blocks WHERE first = 3')
    other.exec('UPDATE state SET head = 4')
    other.close()
    await feed.ping()
    await reader.has(4)
    expect(seqs(reader.events)).toEqual(range(1, 4))
    await feed.close()
  })

  test('and whose file is gone, begins a later life, although the clock was set back', async () => {
    const feed = await open()
    await feed.append(makeEvents(3))
    const known = await feed.last(0)
    await threads.cutOff(0)
    await rm(file)
    clock -= HOUR
    expect(await feed.append(makeEvents(1))).toEqual({ accepted: 1, duplicates: 0 })
    expect((await feed.last(0)).epoch).toBeGreaterThan(known.epoch)
    expect((await feed.read(known, 10)).gap).toMatchObject({ from: known, reason: 'reset' })
    await feed.close()
  })

  test('is not replaced again and again, nor after the feed was closed', async () => {
    const feed = await open()
    const cutShort = (worker: Worker) => void worker.terminate()
    process.on('worker', cutShort)
    await threads.cutOff(0)
    for (let n = 0; n < 50; n++) await expect(feed.ping()).rejects.toMatchObject(unavailable)
    expect(threads.begun()).toBe(2)
    process.off('worker', cutShort)
    await until(() => feed.ping())
    await threads.cutOff(2)
    await feed.close()
    await (await open()).close()
    expect(threads.begun()).toBe(4)
  })
})

test('each opening begins a new epoch, also when the clock stands or was set back', async () => {
  const epochs: number[] = []
  for (const change of [0, 0, -HOUR, HOUR, HOUR]) {
    clock += change
    const feed = await open()
    epochs.push((await feed.last(0)).epoch)
    await feed.close()
  }
  expect(epochs).toEqual([NOON, NOON + 1, NOON + 2, NOON + 3, NOON + HOUR])
})

test('a file restored from a backup is a reset to cursors of what it has lost', async () => {
  const before = await open()
  await before.append(makeEvents(10))
  await before.close()
  execFileSync('cp', [file, `${file}.backup`])
  const lost = await open()
  await lost.append(makeEvents(5, 'lost'))
  const cursor = await lost.last(0)
  await lost.close()
  execFileSync('mv', [`${file}.backup`, file])
  clock += HOUR
  const after = await open()
  await after.append(makeEvents(20, 'new'))
  const page = await after.read(cursor, 100)
  expect(page.gap).toMatchObject({ from: cursor, reason: 'reset' })
  expect((await readAll(after, page.next)).gaps).toEqual([])
  await after.close()
})

test('ids are forgotten after three days, in small steps', async () => {
  const feed = await open()
  await feed.append(makeEvents(1_500))
  clock += 72 * HOUR
  await feed.trim(BEGINNING)
  await feed.trim(BEGINNING)
  await feed.close()
  const database = new DatabaseSync(file)
  expect(database.prepare('SELECT count(*) AS ids FROM known').get()).toEqual({ ids: 0 })
  database.close()
})

test('rows of an older file are packed into blocks that are bounded in bytes, and are all there', async () => {
  const feed = await open()
  await feed.append(makeEvents(1))
  const { epoch } = await feed.last(0)
  await feed.close()
  const kept = range(1, 308).filter((seq) => seq !== 100) // one was erased
  const db = new DatabaseSync(file)
  db.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, epoch, at, kind, id, data)')
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)')
  const dataOf = (seq: number) => `{"n":${seq}}`.padEnd(seq > 300 ? 150_000 : 1)
  for (const seq of kept)
    insert.run(seq, epoch, NOON, 'sent', idOf(Buffer.from(`${seq}`)), Buffer.from(dataOf(seq)))
  db.exec('DELETE FROM blocks; UPDATE state SET head = 308; PRAGMA user_version = 1')
  db.close()
  const upgraded = await open()
  const { events } = await readAll(upgraded, BEGINNING)
  await upgraded.close()
  expect([seqs(events), events.map(({ data }) => data.toString())]).toEqual([kept, kept.map(dataOf)])
  const after = new DatabaseSync(file)
  const blocks = after.prepare('SELECT last - first + 1 AS events FROM blocks ORDER BY first').all()
  after.close()
  expect(blocks.map(({ events: count }) => count)).toEqual([64, 35, 64, 64, 64, 10, 2, 2, 2])
})
