// Opens, migrates, reads and writes a SQLite file, synchronously. Runs in a thread of its own.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { MIGRATIONS_TABLE, readMigrations, stepsLeft } from './migrations.ts'
import { rememberPlace } from './place.ts'
import { transaction } from './transaction.ts'

type Rows = { readonly text: string; readonly rows: SQLInputValue[][] }
/**
 * A statement with its values, or one that is run for each row. If it changed rows, `adding` is run for each of its own rows, with
 * the last value multiplied by the number of rows changed. Can be sent to a thread.
 */
export type Job = ({ readonly text: string; readonly values: SQLInputValue[] } | Rows) & {
  readonly adding?: Rows
}

export type Access = 'write' | 'read'
export type SqliteFile = ReturnType<typeof openFile>

const BUSY_MS = 10_000
const STATEMENTS_KEPT = 200

// WAL is a property of the file; the others belong to the connection. Checkpoints are rarer than by default, so a page that many
// commits have changed is written once. secure_delete overwrites what is erased or pruned with zeroes.
const SETTINGS = {
  write: `
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 10000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -32768;`,
  read: `
    PRAGMA query_only = ON;
    PRAGMA cache_size = -16384;`,
}

export function openFile(file: string, access: Access) {
  const db = new DatabaseSync(file, { timeout: BUSY_MS })
  try {
    db.exec(SETTINGS[access])
    const steps = access === 'write' ? migrate(db) : 0
    const checkPlace = rememberPlace(file)
    const prepare = cached(db)
    const step = (job: Job) => execute(prepare, job)
    const atomically = (jobs: readonly Job[]) => {
      checkPlace()
      return transaction(db, () => jobs.map(step))
    }
    const alone = (job: Job) => {
      checkPlace()
      return step(job)
    }
    return {
      steps: () => steps,
      all: (text: string, values: SQLInputValue[]): unknown[] => prepare(text).all(...values),
      run: (job: Job): number => ('values' in job && !job.adding ? alone(job) : (atomically([job])[0] ?? 0)),
      atomically,
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

function execute(prepare: (text: string) => StatementSync, { adding, ...job }: Job): number {
  const statement = prepare(job.text)
  const rows = 'values' in job ? [job.values] : job.rows
  const touched = rows.reduce((sum, values) => sum + Number(statement.run(...values).changes), 0)
  if (adding && touched > 0)
    for (const row of adding.rows) prepare(adding.text).run(...row.slice(0, -1), Number(row.at(-1)) * touched)
  return touched
}

/** Caches the most recently used prepared statements by their text. */
function cached(db: DatabaseSync): (text: string) => StatementSync {
  const statements = new Map<string, StatementSync>()
  return (text) => {
    let statement = statements.get(text)
    if (statement) statements.delete(text)
    else {
      statement = db.prepare(text)
      statement.setReturnArrays(true)
      const [oldest] = statements.keys()
      if (statements.size >= STATEMENTS_KEPT && oldest !== undefined) statements.delete(oldest)
    }
    statements.set(text, statement)
    return statement
  }
}

// One transaction that locks first: if two processes start at once, the second waits and finds everything done.
function migrate(db: DatabaseSync): number {
  return transaction(db, () => {
    db.exec(MIGRATIONS_TABLE)
    const rows = db.prepare('SELECT name, steps FROM migrations').all() as { name: string; steps: number }[]
    const done = new Map(rows.map(({ name, steps }) => [name, steps]))
    const steps = stepsLeft(readMigrations('sqlite'), done)
    const record = db.prepare('INSERT OR REPLACE INTO migrations (name, steps) VALUES (?, ?)')
    for (const { name, number, text } of steps) {
      db.exec(text)
      record.run(name, number)
    }
    return steps.length
  })
}
