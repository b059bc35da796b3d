// Leases: which process may do something alone for a while.
import { and, eq, lte, or } from './drizzle.ts'
import type { Leases } from '../../../core/ports.ts'
import { rowsFor, type Sql, type Write } from './dialect.ts'

export function createLeases(sql: Sql): Leases {
  const { db } = sql
  const { leases } = sql.tables
  return {
    async take(name, owner, nowMs, untilMs) {
      const free = or(eq(leases.owner, owner), lte(leases.untilMs, nowMs))
      const update = db
        .update(leases)
        .set({ owner, untilMs })
        .where(and(eq(leases.name, name), free))
      if ((await sql.run(update)) > 0) return true
      try {
        return (await sql.run(rowsFor(leases, [{ name, owner, untilMs }]))) > 0
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
