// One bulk step of an import: what is known of a thousand addresses is read, and what is new is written at once.
import { and, inArray, lte } from '../driver/drizzle.ts'
import { uuidv7 } from '../../../core/ids.ts'
import type { ImportCounts, ImportRow } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/address.ts'
import { createErasedKeys, isActive, searchText, STRENGTH } from '../../../core/list/subscriber.ts'
import { changesFor, rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import { leaving, putting } from './suppressions.ts'

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
  /** Who may not be mailed by the file's word, on the list or not. */
  readonly told: readonly Keyed[]
  /** Of those, who is not suppressed as strongly already. */
  readonly suppressed: Parameters<typeof putting>[1]
  /** Hashes of those who are added that hold no longer. */
  readonly over: readonly string[]
}

const isTold = ({ wish, suppressed }: ImportRow): boolean => wish !== undefined || suppressed !== undefined

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

  /** What holds of these addresses, in plain or as a hash; and the hashes of those that hold no longer. */
  async function held(keys: readonly string[], now: number) {
    const names = new Map(keys.flatMap((key) => [[key, key] as const, [erasedKey(key), key] as const]))
    const { emailKey: stored, reason, until } = suppressions
    const rows = await sql.read(
      db
        .select({ stored, reason, until })
        .from(suppressions)
        .where(inArray(stored, [...names.keys()])),
    )
    const found = rows.map((row) => ({ ...row, key: names.get(row.stored) ?? row.stored }))
    const active = found.filter((row) => isActive(row, now))
    const over = found.filter((row) => !isActive(row, now) && row.stored !== row.key)
    return { active: new Map(active.map((row) => [row.key, row])), over: over.map(({ stored }) => stored) }
  }

  async function plan(rows: ReadonlyMap<string, Keyed>, now: number): Promise<Plan> {
    const there = await known([...rows.keys()])
    const asked = [...rows.values()].filter((row) => !there.has(row.key) || isTold(row))
    const { active, over } = await held(asked.map(({ key }) => key), now) // prettier-ignore
    // Of an erased person nothing is written down again: what is kept of them holds.
    const isErased = ({ key }: Keyed) => !there.has(key) && (active.get(key)?.stored ?? key) !== key
    const strangers = asked.filter(({ key }) => !there.has(key))
    return {
      over,
      added: strangers.filter((row) => (isTold(row) ? !isErased(row) : !active.has(row.key))),
      told: asked.filter((row) => isTold(row) && !isErased(row)),
      suppressed: asked.flatMap(({ key, email, suppressed: reason, ...row }) => {
        const before = active.get(key)
        if (!reason || isErased({ key, email, ...row })) return []
        const holds = before?.stored === key && STRENGTH[before.reason] >= STRENGTH[reason]
        return holds ? [] : [{ emailKey: key, email, reason, source: 'import', since: now, until: null }]
      }),
      changed: [...there].flatMap(([key, row]) => {
        const given = rows.get(key)
        const newName = given && !isTold(given) ? given.name : ''
        const changes = row.subscribed === 1 && newName !== '' && newName !== row.name
        return changes ? [{ ...row, newName }] : []
      }),
    }
  }

  function write({ added, changed, told, suppressed, over }: Plan, now: number) {
    const left = told.filter(({ wish }) => wish === 'left').map(({ key }) => key)
    return sql.atomically([
      rowsFor(subscribers, added.map((row) => newSubscriber(row, now, row.wish === undefined, false))), // prettier-ignore
      ...(changed.length > 0 ? [renaming(sql, changed, now)] : []),
      ...(suppressed.length > 0 ? putting(sql, suppressed) : []),
      ...(left.length > 0 ? [leaving(sql, left, now)] : []),
      ...(over.length > 0 ? [forgetting(sql, over, now)] : []),
    ])
  }

  return async (rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts> => {
    const distinct = oneEach(rows)
    const left = rows.filter(isTold).length
    for (let tries = 1; ; tries++) {
      const todo = await plan(distinct, now)
      const added = todo.added.filter((row) => !isTold(row)).length
      const { length: updated } = todo.changed
      try {
        if (!dryRun && todo.added.length + updated + todo.told.length > 0) await write(todo, now)
        return { added, updated, skipped: rows.length - added - updated - left, left }
      } catch (error) {
        if (sql.fault(error) !== 'duplicate' || tries >= TRIES) throw error
      }
    }
  }
}

/** By address: the first row of it, with the most careful word of all of them. */
function oneEach(rows: readonly ImportRow[]): ReadonlyMap<string, Keyed> {
  const distinct = new Map<string, Keyed>()
  for (const row of rows) {
    const key = emailKey(row.email)
    const first = distinct.get(key)
    distinct.set(key, first ? { ...first, ...strictest(first, row) } : { ...row, key })
  }
  return distinct
}

function strictest(a: ImportRow, b: ImportRow): Pick<ImportRow, 'wish' | 'suppressed'> {
  const wish = [a.wish, b.wish].includes('left') ? 'left' : (a.wish ?? b.wish)
  const reasons = [a, b].flatMap(({ suppressed }) => suppressed ?? [])
  const [suppressed] = reasons.toSorted((x, y) => STRENGTH[y] - STRENGTH[x])
  return { ...(wish && { wish }), ...(suppressed && { suppressed }) }
}

/** Who is not confirmed waits for it, unless nobody has asked them. */
export function newSubscriber({ email, name, key }: Keyed, now: number, confirmed = true, asked = true) {
  return {
    id: uuidv7(now),
    email,
    emailKey: key,
    name,
    search: searchText(email, name),
    subscribed: confirmed ? 1 : 0,
    subscribedAt: confirmed ? now : null,
    waiting: confirmed || !asked ? 0 : now,
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

/** Together: a thousand round trips would take a thousand times as long. */
function renaming({ tables: { subscribers } }: Sql, changes: readonly Change[], now: number): Write {
  const rows = changes.map(({ id, email, newName: name }) => ({
    id,
    name,
    search: searchText(email, name),
    updatedAt: now,
  }))
  return changesFor(subscribers, ['id'], rows)
}
