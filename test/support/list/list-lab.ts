// What the tests of the mailing list work with: its stores on an empty database, a clock, and made-up subscribers.
import type { Sql } from '../../../src/adapters/sql/driver/dialect.ts'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import type {
  ImportRow,
  Suppression,
  SubscriberStore,
  SuppressionStore,
} from '../../../src/core/list/ports.ts'
import type { SqlLab } from '../database/sql-lab.ts'
import { NOON } from '../times.ts'

export type ListLab = {
  readonly sql: Sql
  readonly list: SubscriberStore
  readonly suppressions: SuppressionStore
  /** What the stores take for the present. */
  readonly clock: { now: number }
  /** The same list as another process has it. */
  another(): Promise<SubscriberStore>
  /** The same list in a process that dies after so many writes. */
  dying(writes: number): SubscriberStore
  /** The same list in a process that something overtakes before it first writes. */
  overtaken(by: () => Promise<unknown>): SubscriberStore
  /** Nobody is on the list any more, and it is noon. */
  wipe(): Promise<void>
  close(): Promise<void>
}

export async function openListLab(openLab: () => Promise<SqlLab>): Promise<ListLab> {
  const lab = await openLab()
  const clock = { now: NOON }
  const options = { secret: 'a secret of the tests', now: () => clock.now }
  const sql = await lab.open()
  return {
    sql,
    clock,
    list: createSubscribers(sql, options),
    suppressions: createSuppressions(sql, options),
    dying: (writes) => createSubscribers(dyingAfter(sql, writes), options),
    overtaken: (by) => createSubscribers(overtakenOnce(sql, by), options),
    another: async () => createSubscribers(await lab.open(), options),
    async wipe() {
      clock.now = NOON
      const { subscribers, subscriberStarts, listTotals, suppressions } = sql.tables
      await sql.atomically(
        [subscribers, subscriberStarts, listTotals, suppressions].map((table) => sql.db.delete(table)),
      )
    },
    close: () => lab.close(),
  }
}

function dyingAfter(sql: Sql, writes: number): Sql {
  let left = writes
  function live(): void {
    if (left-- <= 0) throw new Error('the process has died')
  }
  return {
    ...sql,
    run: async (write) => (live(), sql.run(write)),
    atomically: async (all) => (live(), sql.atomically(all)),
  }
}

function overtakenOnce(sql: Sql, by: () => Promise<unknown>): Sql {
  let once: (() => Promise<unknown>) | undefined = by
  async function meet(): Promise<void> {
    const meeting = once
    once = undefined
    await meeting?.()
  }
  return { ...sql, atomically: async (all) => (await meet(), sql.atomically(all)) }
}

export function makeReaders(from: number, to: number): ImportRow[] {
  return Array.from({ length: to - from + 1 }, (_, n) => ({
    email: `Reader-${from + n}@Example.com`,
    name: `Reader ${from + n} 안녕`,
  }))
}

export function makeSuppression(email: string, change: Partial<Suppression> = {}): Suppression {
  return { email, reason: 'bounce', source: 'smtp', since: NOON, until: null, ...change }
}
