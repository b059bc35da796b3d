// What is brought up to date in the background: the totals, what suppressions note of the list, and subscribers who are older than
// the index of what `q` finds.
import { and, asc, eq, gt, lte } from '../driver/drizzle.ts'
import type { Log } from '../../../core/log.ts'
import { breath, pause } from '../../../core/pause.ts'
import type { Sql } from '../driver/dialect.ts'
import { restart } from './starts.ts'
import { renote } from './held.ts'
import { recount } from './totals.ts'

/** Small steps: others write between them. */
const FILLED_AT_ONCE = 500
const RETRY_MS = 5_000

/** Those who were there before the index, in steps; a process that is stopped goes on at its next start. */
export async function fillStarts(sql: Sql, signal: AbortSignal): Promise<number> {
  const { db } = sql
  const { subscribers, startless } = sql.tables
  const { id } = subscribers
  for (let filled = 0; ; await breath()) {
    const [stretch] = await sql.read(db.select().from(startless).limit(1))
    if (!stretch || signal.aborted) return filled
    const left = and(gt(id, stretch.after), lte(id, stretch.until))
    const step = db.select({ id }).from(subscribers).where(left).orderBy(asc(id)).limit(FILLED_AT_ONCE)
    const ids = (await sql.read(step)).map((row) => row.id)
    await restart(sql, ids)
    const here = eq(startless.after, stretch.after)
    const after = ids.at(-1)
    await sql.run(after ? db.update(startless).set({ after }).where(here) : db.delete(startless).where(here))
    filled += ids.length
  }
}

/** In the background, whatever else a process does; an outage of the database is waited out. */
export function startFilling(sql: Sql, log: Log): { close(): Promise<void> } {
  const stop = new AbortController()
  async function fill(): Promise<void> {
    if (await recount(sql)) log.warn({}, 'the count of the list was wrong and has been corrected')
    const noted = await renote(sql, stop.signal)
    if (noted > 0)
      log.warn({ noted }, 'suppressions were wrong about who is on the list and have been corrected')
    const filled = await fillStarts(sql, stop.signal)
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
