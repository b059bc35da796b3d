// Brings up to date in the background: the totals, the notes of suppressions about the list, and index entries for subscribers
// who are older than the search index (`q`).
import { and, asc, eq, gt, lte } from '../driver/drizzle.ts'
import type { Log } from '../../../core/log.ts'
import { breath, pause } from '../../../core/pause.ts'
import type { Sql } from '../driver/dialect.ts'
import { reindex } from './search-index.ts'
import { renote } from './suppressed.ts'
import { recount } from './totals.ts'

/** Small steps, so that others can write in between. */
const FILLED_AT_ONCE = 500
const RETRY_MS = 5_000

/** Adds older subscribers to the index, in steps; if it is stopped, the next start goes on. */
export async function fillIndex(sql: Sql, signal: AbortSignal): Promise<number> {
  const { db } = sql
  const { subscribers, startless } = sql.tables
  const { id } = subscribers
  for (let filled = 0; ; await breath()) {
    const [stretch] = await sql.read(db.select().from(startless).limit(1))
    if (!stretch || signal.aborted) return filled
    const left = and(gt(id, stretch.after), lte(id, stretch.until))
    const step = db.select({ id }).from(subscribers).where(left).orderBy(asc(id)).limit(FILLED_AT_ONCE)
    const ids = (await sql.read(step)).map((row) => row.id)
    await reindex(sql, ids)
    const here = eq(startless.after, stretch.after)
    const after = ids.at(-1)
    await sql.run(after ? db.update(startless).set({ after }).where(here) : db.delete(startless).where(here))
    filled += ids.length
  }
}

/** Runs in the background, and waits through outages of the database. */
export function startFilling(sql: Sql, log: Log): { close(): Promise<void> } {
  const stop = new AbortController()
  async function fill(): Promise<void> {
    if (await recount(sql)) log.warn({}, 'the count of the list was wrong and has been corrected')
    const noted = await renote(sql, stop.signal)
    if (noted > 0)
      log.warn({ noted }, 'suppressions were wrong about who is on the list and have been corrected')
    const filled = await fillIndex(sql, stop.signal)
    if (filled > 0) log.info({ filled }, 'older subscribers were added to the search index')
  }
  const patiently = (): Promise<void> =>
    fill().catch(async (err: unknown) => {
      log.warn({ err }, 'the list could not be brought up to date yet')
      await pause(RETRY_MS, stop.signal)
      if (!stop.signal.aborted) await patiently()
    })
  const done = patiently()
  return {
    close() {
      stop.abort()
      return done
    },
  }
}
