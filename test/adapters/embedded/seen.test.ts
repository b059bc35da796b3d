// What the embedded feed remembers of ids: in memory, in runs, and over whatever may happen in between.
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../../../src/adapters/embedded/feed/store.ts'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import type { NewEvent } from '../../../src/core/events/event.ts'
import { packEvents } from '../../../src/core/events/packed/pieces.ts'
import { pageOf } from '../../../src/core/events/packed/tail.ts'
import { idOf } from '../../support/events/feed-lab.ts'
import { DAY, NOON } from '../../support/times.ts'

let folder: string
let file: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-seen-'))
  file = join(folder, 'feed.sqlite')
  store = openStore(file, NOON)
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const events = (count: number, label: string): NewEvent[] =>
  Array.from({ length: count }, (_, n) => {
    const data = Buffer.from(`"${label} ${n}"`)
    return { id: idOf(data), kind: 'sent', data, facts: '{}', more: null }
  })

/** How many of them were new. */
const append = (all: readonly NewEvent[], at = NOON): number =>
  store
    .append(
      packEvents(all, at).map(({ bytes }) => bytes),
      at,
    )
    .pieces.flatMap(({ seqs }) => seqs)
    .filter((seq) => seq > 0).length

/** The file as a kill would leave it. */
async function restartAfterKill(at = NOON): Promise<void> {
  const copy = join(folder, 'copy')
  for (const suffix of ['', '-wal']) await cp(file + suffix, copy + suffix)
  store.close()
  store = openStore(copy, at)
}

function inFile<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}

const count = (table: 'runs' | 'known' | 'seen') =>
  inFile((db) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n))

test('ids are written a run at a time, and known before and after, also over a kill', async () => {
  const all = Array.from({ length: 20 }, (_, n) => events(2_000, `batch ${n}`))
  for (const batch of all) expect(append(batch)).toBe(2_000)
  expect([count('runs'), count('known')]).toEqual([2, 36_000])
  for (const batch of all) expect(append(batch)).toBe(0)
  await restartAfterKill()
  for (const batch of all) expect(append(batch)).toBe(0)
  expect(append(events(2_000, 'new'))).toBe(2_000)
})

test('what is new among what is known takes the next places, in the file too', () => {
  const [a, b, c, d] = events(4, 'event') as [NewEvent, NewEvent, NewEvent, NewEvent]
  append([a, c])
  expect(append([a, b, c, d])).toBe(2)
  const { stored, from, ...page } = store.read(BEGINNING, 10)
  const kept = pageOf(stored, from, page).events
  expect(kept.map(({ cursor, data }) => [cursor.seq, `${data}`])).toEqual(
    [a, c, b, d].map(({ data }, n) => [n + 1, `${data}`]),
  )
})

test('what was erased before its id was written stays known over a kill', async () => {
  append(events(300, 'event'))
  store.erase([299, 300])
  await restartAfterKill()
  expect(append(events(300, 'event'))).toBe(0)
})

test('and so does what was trimmed', async () => {
  const all = events(300, 'event')
  append(all)
  store.trim(200, { retention: 100, maxBytes: 1e9 }, 1_000)
  expect(store.state().floor).toBe(200)
  await restartAfterKill()
  expect(append(all)).toBe(0)
})

test('what is trimmed behind a long stretch that was erased stays known over a kill', async () => {
  const all = events(464, 'event')
  append(all.slice(0, 400))
  store.erase(Array.from({ length: 400 }, (_, n) => n + 1))
  append(all.slice(400))
  store.trim(464, { retention: 4, maxBytes: 1e9 }, 100)
  expect(store.state().floor).toBe(460)
  await restartAfterKill()
  expect(append(all)).toBe(0)
})

test('a small feed, which lets go of each event soon, has few runs', () => {
  for (let n = 0; n < 300; n++) {
    append(events(3, `batch ${n}`), NOON)
    store.trim(store.state().head, { retention: 5, maxBytes: 1e9 }, 1_000)
  }
  expect(count('known')).toBe(900)
  expect(count('runs')).toBeLessThan(12)
  for (let n = 0; n < 300; n++) expect(append(events(3, `batch ${n}`))).toBe(0)
  while (count('runs') > 0) store.forget(NOON + 3 * DAY, 1_000)
  expect(append(events(3, 'batch 299'), NOON + 3 * DAY)).toBe(3)
})

test('a feed that was closed remembers all in runs', () => {
  const all = events(300, 'event')
  append(all)
  store.close()
  expect([count('runs'), count('known')]).toEqual([1, 300])
  store = openStore(file, NOON)
  expect(append(all)).toBe(0)
  store.close()
  expect([count('runs'), count('known')]).toEqual([1, 300]) // what is in runs is not remembered twice
  store = openStore(file, NOON)
})

test('what came on the day before a kill is known after it', async () => {
  append(events(10, 'event'))
  await restartAfterKill(NOON + DAY)
  expect(append(events(10, 'event'), NOON + DAY)).toBe(0)
})

test('a clock that goes back shortens nothing', () => {
  append(events(10, 'event'), NOON + DAY)
  append(events(10, 'other'))
  store.close()
  store = openStore(file, NOON + DAY)
  store.forget(NOON + 3 * DAY, 1_000)
  expect(append(events(10, 'event'), NOON + 3 * DAY)).toBe(0)
})

test('ids of the days before are known as long as they must be, and then forgotten', () => {
  append(events(10, 'old'))
  append(events(10, 'young'), NOON + DAY)
  store.forget(NOON + 2.4 * DAY, 1_000)
  expect(append(events(10, 'old'), NOON + 2.4 * DAY)).toBe(0)
  for (let n = 0; n < 2; n++) store.forget(NOON + 3 * DAY, 1_000)
  expect(append(events(10, 'old'), NOON + 3 * DAY)).toBe(10)
  expect(append(events(10, 'young'), NOON + 3 * DAY)).toBe(0)
})

test('the ids of an older file are known, each for as long as it was', () => {
  const [early, late] = [events(20_000, 'early'), events(100, 'late')]
  store.close()
  inFile((db) => {
    db.exec('CREATE TABLE seen (day INTEGER, id BLOB, PRIMARY KEY (day, id)) WITHOUT ROWID')
    const insert = db.prepare('INSERT INTO seen VALUES (?, ?)')
    const day = Math.floor(NOON / DAY)
    db.exec('BEGIN')
    for (const { id } of early) insert.run(day - 2, id)
    for (const { id } of late) insert.run(day, id)
    db.exec('COMMIT; PRAGMA user_version = 3')
  })
  store = openStore(file, NOON)
  expect(append([...early, ...late])).toBe(0)
  for (let n = 0; n < 30; n++) store.forget(NOON + DAY, 1_000)
  expect([count('runs'), count('known')]).toEqual([1, 100])
  expect(append(late, NOON + DAY)).toBe(0)
  expect(append(early, NOON + DAY)).toBe(20_000)
})
