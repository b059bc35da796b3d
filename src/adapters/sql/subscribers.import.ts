// One bulk step of an import: what is known of a thousand addresses is read, and what is new is written at once.
import { and, inArray, lte, sql as words } from 'drizzle-orm'
import { uuidv7 } from '../../core/ids.ts'
import type { ImportCounts, ImportRow } from '../../core/list/ports.ts'
import { createErasedKeys, emailKey, isActive, searchText } from '../../core/list/subscriber.ts'
import { rowsFor, type Sql, type Write } from './dialect.ts'

/** Someone else may add one of the same addresses between reading and writing; then it is read again. */
const TRIES = 5

type Keyed = ImportRow & { readonly key: string }
type Known = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly subscribed: number
}
type Change = Known & { readonly newName: string }
type Plan = {
  readonly added: readonly Keyed[]
  readonly changed: readonly Change[]
  /** Hashes of those who are added that hold no longer. */
  readonly over: readonly string[]
}

export function createImport(sql: Sql, secret: string) {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const erasedKey = createErasedKeys(secret)

  async function known(keys: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const { id, email, name, subscribed } = subscribers
    const rows = await sql.read(
      db
        .select({ key: subscribers.emailKey, id, email, name, subscribed })
        .from(subscribers)
        .where(inArray(subscribers.emailKey, [...keys])),
    )
    return new Map(rows.map(({ key, ...row }) => [key, row]))
  }

  /** Which of these addresses are suppressed, for whatever reason; and whose hashes hold no longer. */
  async function held(keys: readonly string[], now: number) {
    const names = new Map(keys.flatMap((key) => [[key, key] as const, [erasedKey(key), key] as const]))
    const rows = await sql.read(
      db
        .select({ key: suppressions.emailKey, until: suppressions.until })
        .from(suppressions)
        .where(inArray(suppressions.emailKey, [...names.keys()])),
    )
    const active = rows.filter((row) => isActive(row, now))
    const over = rows.filter((row) => !isActive(row, now) && names.get(row.key) !== row.key)
    return {
      suppressed: new Set(active.map(({ key }) => names.get(key) ?? key)),
      over: over.map(({ key }) => key),
    }
  }

  async function plan(rows: ReadonlyMap<string, Keyed>, now: number): Promise<Plan> {
    const there = await known([...rows.keys()])
    const strangers = [...rows.values()].filter(({ key }) => !there.has(key))
    const { suppressed, over } = await held(strangers.map(({ key }) => key), now) // prettier-ignore
    return {
      over,
      added: strangers.filter(({ key }) => !suppressed.has(key)),
      changed: [...there].flatMap(([key, row]) => {
        const newName = rows.get(key)?.name ?? ''
        const changes = row.subscribed === 1 && newName !== '' && newName !== row.name
        return changes ? [{ ...row, newName }] : []
      }),
    }
  }

  const write = ({ added, changed, over }: Plan, now: number) =>
    sql.atomically([
      rowsFor(subscribers, added.map((row) => newSubscriber(row, now))), // prettier-ignore
      ...renaming(sql, changed, now),
      ...(over.length > 0 ? [forgetting(sql, over, now)] : []),
    ])

  return async (rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts> => {
    const distinct = new Map<string, Keyed>()
    for (const row of rows) {
      const key = emailKey(row.email)
      if (!distinct.has(key)) distinct.set(key, { ...row, key })
    }
    for (let tries = 1; ; tries++) {
      const todo = await plan(distinct, now)
      const { length: added } = todo.added
      const { length: updated } = todo.changed
      try {
        if (!dryRun && added + updated > 0) await write(todo, now)
        return { added, updated, skipped: rows.length - added - updated }
      } catch (error) {
        if (sql.fault(error) !== 'duplicate' || tries >= TRIES) throw error
      }
    }
  }
}

export function newSubscriber({ email, name, key }: Keyed, now: number, confirmed = true) {
  return {
    id: uuidv7(now),
    email,
    emailKey: key,
    name,
    search: searchText(email, name),
    subscribed: confirmed ? 1 : 0,
    subscribedAt: confirmed ? now : null,
    waiting: confirmed ? 0 : now,
    confirmationSentAt: null,
    createdAt: now,
    updatedAt: now,
  }
}

/**
 * In the transaction that puts erased persons on the list again: what is left of their suppressions that are over. From
 * now on their suppressions have plain keys.
 */
export function forgetting({ db, tables }: Sql, hashes: readonly string[], now: number): Write {
  const { emailKey: key, until } = tables.suppressions
  return db.delete(tables.suppressions).where(and(inArray(key, [...hashes]), lte(until, now)))
}

/** One statement for all of them: a thousand round trips would take a thousand times as long. */
function renaming({ db, tables: { subscribers } }: Sql, changes: readonly Change[], now: number): Write[] {
  if (changes.length === 0) return []
  const byId = (column: typeof subscribers.name | typeof subscribers.search, value: (c: Change) => string) =>
    words<string>`CASE ${subscribers.id} ${words.join(
      changes.map((change) => words`WHEN ${change.id} THEN ${value(change)}`),
      words` `,
    )} ELSE ${column} END`
  return [
    db
      .update(subscribers)
      .set({
        name: byId(subscribers.name, ({ newName }) => newName),
        search: byId(subscribers.search, ({ email, newName }) => searchText(email, newName)),
        updatedAt: now,
      })
      .where(inArray(subscribers.id, changes.map(({ id }) => id))), // prettier-ignore
  ]
}
