// What an import is measured against: rows into the hub's own table of subscribers, by node:sqlite, 1,000 a transaction.
// GET /?from=0&to=1000 adds those.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFile } from '../../src/adapters/sqlite/file.ts'
import { uuidv7 } from '../../src/core/ids.ts'
import { makePeople } from '../people.ts'

const STEP = 1_000
const dir = mkdtempSync(join(tmpdir(), 'plain-inserts-'))
process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
process.once('SIGTERM', () => process.exit())

const file = join(dir, 'hub.sqlite')
openFile(file, 'write').close() // makes the tables
const db = new DatabaseSync(file)
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536')
const insert = db.prepare('INSERT INTO subscribers VALUES (?, ?, ?, ?, 1, ?, 0, NULL, ?, ?)')

createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))]
  for (let start = from; start < to; start += STEP) add(start, Math.min(start + STEP, to))
  response.end('done')
}).listen(Number(process.env.PORT), '127.0.0.1')

function add(from: number, to: number): void {
  const now = Date.now()
  db.exec('BEGIN IMMEDIATE')
  for (const { email, name } of makePeople(from, to))
    insert.run(uuidv7(now), email, email, name, now, now, now)
  db.exec('COMMIT')
}
