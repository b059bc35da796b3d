// The quarantine: what was signed but cannot be read as an event.
import {
  aliasedTable,
  and,
  asc,
  count,
  desc,
  eq,
  inArray,
  lt,
  lte,
  or,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import type { Quarantine, QuarantineEntry } from '../../../core/events/ports.ts'
import { breath } from '../../../core/pause.ts'
import { rowsFor, type Sql } from '../driver/dialect.ts'
import { addToTally } from './tallies.ts'
import { fromParts, toParts } from '../driver/texts.ts'

/** The texts of one page: each may be as large as a webhook's body. */
const PAGE_BYTES = 8 * 1024 * 1024
/** Entries that one transaction drops. */
const DROPPED_AT_ONCE = 100

export function createQuarantine(sql: Sql): Quarantine {
  const { db } = sql
  const { quarantine, quarantineTexts } = sql.tables

  async function select(condition: SQL | undefined, limit: number): Promise<QuarantineEntry[]> {
    const some = db.select().from(quarantine).where(condition)
    const newest = some.orderBy(desc(quarantine.receivedAt), desc(quarantine.id))
    const rows = await sql.read(newest.limit(limit))
    const ids = await firstThatFit(rows.map(({ id }) => id))
    if (ids.length === 0) return []
    const texts = db.select().from(quarantineTexts)
    const parts = await sql.read(texts.where(inArray(quarantineTexts.id, ids)))
    const byId = Map.groupBy(parts, ({ id }) => id)
    return rows.slice(0, ids.length).map((row) => ({ ...row, data: fromParts(byId.get(row.id) ?? []) }))
  }

  /** The first of these ids whose texts fit into a page together, and always one. */
  async function firstThatFit(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length < 2) return ids
    const { id, text } = quarantineTexts
    const bytes = words`sum(octet_length(${text}))`.mapWith(Number)
    const texts = db.select({ id, bytes }).from(quarantineTexts)
    const rows = await sql.read(texts.where(inArray(id, [...ids])).groupBy(id))
    const sizes = new Map(rows.map((row) => [row.id, row.bytes]))
    let sum = 0
    const end = ids.findIndex((each) => (sum += sizes.get(each) ?? 0) > PAGE_BYTES)
    return end < 0 ? ids : ids.slice(0, Math.max(end, 1))
  }

  /** Drops entries. The total of what has come still counts them. */
  async function drop(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0
    const these = inArray(quarantine.id, [...ids])
    const touched = await sql.atomically([
      ...addToTally(sql, words`SELECT count(*) FROM ${quarantine} WHERE ${these}`),
      db.delete(quarantineTexts).where(inArray(quarantineTexts.id, [...ids])),
      db.delete(quarantine).where(these),
    ])
    return touched.at(-1) ?? 0
  }

  /** The first condition alone tells where to enter the index: neither database finds that in an OR. */
  function olderThan(from: { readonly receivedAt: number; readonly id: string } | undefined) {
    const { receivedAt, id } = quarantine
    return from && and(lte(receivedAt, from.receivedAt), or(lt(receivedAt, from.receivedAt), lt(id, from.id)))
  }

  /** The ids of entries whose text contains this, in lower case, within one part. */
  async function holding(needle: string): Promise<readonly string[]> {
    const { id, text } = quarantineTexts
    const here = words`instr(lower(${text}), ${needle}) > 0`
    const rows = await sql.read(db.selectDistinct({ id }).from(quarantineTexts).where(here))
    return rows.map((row) => row.id)
  }

  /** The same for a text that lies across the border of two parts. */
  async function holdingAcross(needle: string): Promise<readonly string[]> {
    const next = aliasedTable(quarantineTexts, 'following')
    const { id, part, text } = quarantineTexts
    const border = words`concat(substr(${text}, ${-needle.length}), substr(${next.text}, 1, ${needle.length}))`
    const follows = and(eq(next.id, id), eq(next.part, words`${part} + 1`))
    const pairs = db.selectDistinct({ id }).from(quarantineTexts).innerJoin(next, follows)
    const rows = await sql.read(pairs.where(words`instr(lower(${border}), ${needle}) > 0`))
    return rows.map((row) => row.id)
  }

  async function place(id: string) {
    const [row] = await sql.read(db.select().from(quarantine).where(eq(quarantine.id, id)))
    return row
  }

  /** One transaction each: an entry may be as large as a body, and one that is there already must not keep out the others. */
  async function add(entries: readonly QuarantineEntry[]): Promise<void> {
    for (const { data, ...row } of entries) {
      const parts = toParts(data).map((part) => ({ id: row.id, ...part }))
      try {
        await sql.atomically([rowsFor(quarantine, [row]), rowsFor(quarantineTexts, parts)])
      } catch (error) {
        if (sql.fault(error) !== 'duplicate') throw error
      }
    }
  }

  return {
    add,
    get: async (id) => (await select(eq(quarantine.id, id), 1))[0],
    async count() {
      const [row] = await sql.read(db.select({ entries: count() }).from(quarantine))
      return Number(row?.entries ?? 0)
    },
    // An entry that was removed meanwhile has no place any more: then the list begins with the newest.
    async list(limit, before, reason) {
      const from = before === undefined ? undefined : await place(before)
      const isAsked = reason === undefined ? undefined : eq(quarantine.reason, reason)
      return select(and(olderThan(from), isAsked), limit)
    },
    discard: async (id) => (await drop([id])) === 1,
    async discardAll(reason) {
      const { id, receivedAt } = quarantine
      let dropped = 0
      for (let from: { id: string; receivedAt: number } | undefined; ; await breath()) {
        const theirs = and(olderThan(from), eq(quarantine.reason, reason))
        const all = db.select({ id, receivedAt }).from(quarantine).where(theirs)
        const newest = all.orderBy(desc(receivedAt), desc(id)).limit(DROPPED_AT_ONCE)
        const found = await sql.read(newest)
        dropped += await drop(found.map((row) => row.id))
        from = found.at(-1)
        if (found.length < DROPPED_AT_ONCE) return dropped
      }
    },
    async prune(before, limit) {
      const { id, receivedAt } = quarantine
      const old = db.select({ id }).from(quarantine).where(lt(receivedAt, before))
      const oldest = await sql.read(old.orderBy(asc(receivedAt)).limit(limit))
      return drop(oldest.map((row) => row.id))
    },
    async erase(text) {
      const needle = text.toLowerCase()
      const ids = new Set([...(await holding(needle)), ...(await holdingAcross(needle))])
      for (const id of ids) await drop([id])
      return ids.size
    },
    async remove(id) {
      const texts = db.delete(quarantineTexts).where(eq(quarantineTexts.id, id))
      const [removed] = await sql.atomically([db.delete(quarantine).where(eq(quarantine.id, id)), texts])
      return removed === 1
    },
  }
}
