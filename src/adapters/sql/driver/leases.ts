// Leases: which process may do something alone for a while.
import { and, eq, gt, lte, or, sql as words } from './drizzle.ts'
import type { Leases } from '../../../core/ports.ts'
import type { Sql, Write } from './dialect.ts'

export function createLeases(sql: Sql): Leases {
  const { db, now } = sql
  const { leases } = sql.tables
  return {
    async take(name, owner, lifeMs) {
      const untilMs = words<number>`${now} + ${lifeMs}`
      const isOver = lte(leases.untilMs, now)
      // The clock has been set back: nobody has it for so long.
      const isOfLater = gt(leases.untilMs, words`${now} + ${2 * lifeMs}`)
      const isFree = or(eq(leases.owner, owner), isOver, isOfLater)
      const update = db.update(leases).set({ owner, untilMs })
      if ((await sql.run(update.where(and(eq(leases.name, name), isFree)))) > 0) return true
      try {
        return (await sql.run(db.insert(leases).values({ name, owner, untilMs }))) > 0
      } catch (error) {
        if (sql.fault(error) === 'duplicate') return false
        throw error
      }
    },
    async release(name, owner) {
      await sql.run(db.delete(leases).where(and(eq(leases.name, name), eq(leases.owner, owner))))
    },
  }
}

/** Whoever held one is gone: for a process that is sure to be alone on its database. */
export const dropLeases = ({ db, tables }: Sql): Write => db.delete(tables.leases)
