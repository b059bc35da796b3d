// The addresses that a chunk has deliveries to, side by side in one column. An index over the addresses of all deliveries would be
// slow to write; this column is searched from one end to the other, for any part of an address.
import { and, eq, not, notExists, or, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Sql, Tables, Write } from '../driver/dialect.ts'

type Named = Pick<Tables['deliveries']['$inferInsert'], 'email'>
type Place = Pick<Tables['chunkNames']['$inferSelect'], 'campaignId' | 'chunk'>

/** In lower case, and as bytes, which MySQL searches ten times as fast. */
const bytesOf = (text: string): Buffer => Buffer.from(text.toLowerCase())
/** An address as a whole. */
const whole = (email: string): string => `\n${email}\n`

export const namesOf = (place: Place, rows: readonly Named[]) => ({
  ...place,
  addresses: bytesOf(whole(rows.map(({ email }) => email).join('\n'))),
})

/** A condition on chunks: they may have one of these texts in their addresses. (Old chunks have no notes.) */
export function mayName({ db, tables: { chunks, chunkNames } }: Sql, texts: readonly string[]): SQL {
  const { campaignId, chunk, addresses } = chunkNames
  const own = and(eq(campaignId, chunks.campaignId), eq(chunk, chunks.number))
  const found = or(...texts.map((text) => words`instr(${addresses}, ${bytesOf(text)}) > 0`)) ?? words`1 = 0`
  const others = db.select({ chunk }).from(chunkNames)
  return notExists(others.where(and(own, not(found))))
}

/** The chunks that may have deliveries to one of these addresses. */
export async function chunksNaming(sql: Sql, campaignId: string, emails: readonly string[]) {
  const { chunks } = sql.tables
  const found = sql.db.select({ number: chunks.number }).from(chunks)
  const naming = and(eq(chunks.campaignId, campaignId), mayName(sql, emails.map(whole)))
  const rows = await sql.read(found.where(naming))
  return rows.map(({ number }) => number)
}

export function forgettingName({ db, tables: { chunkNames } }: Sql, place: Place, email: string): Write {
  const { campaignId, chunk, addresses } = chunkNames
  const without = words`replace(${addresses}, ${bytesOf(whole(email))}, ${bytesOf(whole(''))})`
  return db
    .update(chunkNames)
    .set({ addresses: words`unhex(hex(${without}))` }) // SQLite would turn it into a text
    .where(and(eq(campaignId, place.campaignId), eq(chunk, place.chunk)))
}
