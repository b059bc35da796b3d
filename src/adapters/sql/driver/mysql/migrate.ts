// Brings a MySQL database to today's tables, step by step: each commits by itself there.
import { HubError } from '../../../../core/errors.ts'
import { MIGRATIONS_TABLE, readMigrations, stepsLeft, type Step } from '../../../sqlite/migrations.ts'
import { errorNumber } from './errors.ts'
import type { Session } from './pool.ts'

const WAIT_S = 120
/** What a step says that had been taken when its process was killed, before it was written down. */
const DONE_ALREADY = new Set([
  1050, // the table exists
  1060, // the column exists
  1061, // the index exists
  1062, // the row exists
  1091, // there is nothing to drop
])

/** Of processes that start at once, one works while the others wait, and then find all done. */
export async function migrate(session: Session): Promise<number> {
  const [row] = await session.select('SELECT database() AS name')
  const lock = `mail-event-hub.${String(row?.name)}`.slice(0, 64)
  const [got] = await session.select('SELECT GET_LOCK(?, ?) AS locked', [lock, WAIT_S])
  if (got?.locked !== 1)
    throw new HubError('archive.unavailable', { message: 'Another process is still migrating the database' })
  try {
    return await takeSteps(session)
  } finally {
    await session.select('SELECT RELEASE_LOCK(?)', [lock]).catch(() => undefined)
  }
}

async function takeSteps(session: Session): Promise<number> {
  await session.run(MIGRATIONS_TABLE)
  const rows = await session.select('SELECT name, steps FROM migrations')
  const done = new Map(rows.map(({ name, steps }) => [String(name), Number(steps)]))
  const steps = stepsLeft(readMigrations('mysql'), done)
  for (const step of steps) await takeStep(session, step)
  return steps.length
}

async function takeStep(session: Session, { name, number, text }: Step): Promise<void> {
  try {
    await session.run(text)
  } catch (error) {
    if (!DONE_ALREADY.has(errorNumber(error))) throw error
  }
  await session.run('REPLACE INTO migrations (name, steps) VALUES (?, ?)', [name, number])
}
