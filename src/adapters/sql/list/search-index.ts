// The search index of the list (`q`): for each subscriber, the texts whose beginning a search term may be.
import {
  and,
  beginning,
  count,
  eq,
  exists,
  hidden,
  inArray,
  lt,
  lte,
  notExists,
  or,
  sql as words,
  type Column,
  type SQL,
  type SQLWrapper,
} from '../driver/drizzle.ts'
import { isBeyondAscii } from '../../../core/addresses/mailbox.ts'
import { searchTextsOf } from '../../../core/list/search.ts'
import { again, isFault } from '../driver/again.ts'
import { rowsFor, type Sql, type Write } from '../driver/dialect.ts'

type Person = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly emailKey?: string
}

/** An id as stored in the index. */
export const toBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
/** The same in SQL. */
export const bytesOf = (id: Column | SQL): SQL => words`unhex(replace(${id}, '-', ''))`

/** The same the other way round. */
function textOf(id: Column): SQL<string> {
  const hex = words`lower(hex(${id}))`
  const part = (from: number, length: number) => words`substr(${hex}, ${words.raw(`${from}, ${length}`)})`
  const parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)]
  return words<string>`concat(${words.join(parts, words.raw(`, '-', `))})`
}

export const toId = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Adds people to the index: part of the transaction that adds them to the list. */
export function indexing({ tables: { subscriberStarts } }: Sql, people: readonly Person[]): Write {
  const rows = people.flatMap((person) => {
    const id = toBytes(person.id)
    const texts = searchTextsOf(person, person.emailKey).map((text) => ({ ...text, id }))
    return isBeyondAscii(person.email) ? [...texts, { text: UNSENDABLE, id, shared: 0 }] : texts
  })
  return rowsFor(subscriberStarts, rows)
}

/** Stands in place of a text for people to whom no mail can be sent. */
const UNSENDABLE = ''

/** The ids of these people, as a table. */
export function unsendable({ db, tables: { subscriberStarts } }: Sql) {
  const { text, id } = subscriberStarts
  return db
    .select({ id: textOf(id).as('whose') })
    .from(subscriberStarts)
    .where(eq(text, UNSENDABLE))
    .as('unsendable')
}

/** Removes people from the index: part of the transaction that removes them from the list. */
export const unindexing = (sql: Sql, ids: readonly string[]): Write =>
  removal(sql, inArray(sql.tables.subscriberStarts.id, ids.map(toBytes)))

/** The same for all ids up to one. */
export const unindexingUpTo = (sql: Sql, id: string): Write =>
  removal(sql, lte(sql.tables.subscriberStarts.id, toBytes(id)))

/** The same for the one id that a query finds. */
export const unindexingOf = (sql: Sql, query: SQLWrapper): Write =>
  removal(sql, eq(sql.tables.subscriberStarts.id, bytesOf(words`(${query})`)))

const removal = ({ db, tables: { subscriberStarts } }: Sql, where: SQL | undefined): Write =>
  db.delete(subscriberStarts).where(where)

/**
 * Replaces people in the index: part of the transaction that changes their names. Of those who have been removed since they
 * were read, nothing stays.
 */
export function reindexing(
  sql: Sql,
  people: readonly Person[],
  ids: readonly string[] = people.map(({ id }) => id),
): Write[] {
  const { subscribers, subscriberStarts } = sql.tables
  const own = eq(subscribers.id, textOf(subscriberStarts.id))
  const isGone = notExists(sql.db.select({ id: subscribers.id }).from(subscribers).where(own))
  return [
    unindexing(sql, ids),
    indexing(sql, people),
    removal(sql, and(inArray(subscriberStarts.id, ids.map(toBytes)), isGone)),
  ]
}

/** Replaces people in the index, again and again until nobody has changed them meanwhile. */
export async function reindex(sql: Sql, ids: readonly string[]): Promise<void> {
  for (let stale = ids; stale.length > 0;) {
    const people = await peopleWith(sql, stale)
    const replacement = reindexing(sql, [...people.values()], stale)
    await again(() => sql.atomically(replacement), isFault(sql, 'duplicate'))
    const now = await peopleWith(sql, stale)
    const asWritten = (id: string) =>
      people.get(id)?.name === now.get(id)?.name && people.get(id)?.email === now.get(id)?.email
    stale = stale.filter((id) => !asWritten(id))
  }
}

async function peopleWith({ db, tables: { subscribers }, read }: Sql, ids: readonly string[]) {
  const { id, email, name } = subscribers
  const all = db.select({ id, email, name }).from(subscribers)
  const rows = await read(all.where(inArray(id, [...ids])))
  return new Map(rows.map((row) => [row.id, row]))
}

/** The queries that together find everybody, each of them once: by the key of the address, and by the texts of names and domains. */
function waysOf({ tables: { subscribers, subscriberStarts } }: Sql, sought: string) {
  const { text, shared, id } = subscriberStarts
  const byText = (where: SQL | undefined) => ({
    table: subscriberStarts,
    where,
    id: words<string>`lower(hex(${id}))`,
  })
  if (sought === '') return []
  if (sought.startsWith('@')) return [byText(beginning(text, sought))]
  const byKey = {
    table: subscribers,
    where: beginning(subscribers.emailKey, sought),
    id: words<string>`replace(${subscribers.id}, '-', '')`,
  }
  const texts = [sought, `@${sought}`]
  return [byKey, ...texts.map((start) => byText(and(beginning(text, start), lt(shared, start.length))))]
}

type Whose = { readonly id: Column | SQL; readonly key: Column }

/** If this many match, they are found sooner by looking through the list. */
const MANY = 5_000

export function createSearchIndex(sql: Sql) {
  const { db } = sql
  const { subscribers, subscriberStarts, startless } = sql.tables
  let complete = false

  return {
    /** False while subscribers from before the index are missing in it. */
    async areComplete(): Promise<boolean> {
      complete ||= (await sql.read(db.select().from(startless).limit(1))).length === 0
      return complete
    },
    /** The ids of all who match, in order; undefined if there are many. */
    async few(sought: string): Promise<readonly string[] | undefined> {
      const found = waysOf(sql, sought).map(({ table, id, where }) =>
        sql.read(db.select({ id }).from(table).where(where).limit(MANY)),
      )
      const ids = (await Promise.all(found)).flat().map(({ id }) => toId(id))
      return ids.length < MANY ? ids.sort() : undefined
    },
    /** How many match. */
    async count(sought: string): Promise<number> {
      const counts = waysOf(sql, sought).map(({ table, where }) =>
        sql.read(db.select({ count: count() }).from(table).where(where)),
      )
      return (await Promise.all(counts)).flat().reduce((sum, row) => sum + row.count, 0)
    },
    /** The same as a condition on subscribers, or on another table with such an id (as bytes) and key. */
    finds(sought: string, whose: Whose = { id: bytesOf(subscribers.id), key: subscribers.emailKey }) {
      const { id, text } = subscriberStarts
      const texts = sought.startsWith('@') ? [sought] : [sought, `@${sought}`]
      const theirs = and(eq(id, whose.id), or(...texts.map((each) => beginning(text, each))))
      return or(
        beginning(hidden(whose.key), sought),
        exists(db.select({ id }).from(subscriberStarts).where(theirs)),
      )
    },
  }
}
