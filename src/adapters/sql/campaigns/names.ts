// Whose deliveries a chunk may have: four bytes of each address, side by side. An index over the addresses of all deliveries
// would change another of its pages for each that is written; these are read from one end to the other for one erasing.
import { emailKey } from '../../../core/address.ts'
import { hashBytes, hashOf } from '../../../core/name-hash.ts'
import { and, eq, isNull, or, sql as words } from '../driver/drizzle.ts'
import type { Sql, Tables } from '../driver/dialect.ts'

type Named = Pick<Tables['deliveries']['$inferInsert'], 'email'>

export function namesOf(campaignId: string, chunk: number, rows: readonly Named[]) {
  return { campaignId, chunk, hashes: hashesOf(rows) }
}

const hashesOf = (rows: readonly Named[]): Buffer =>
  hashBytes(rows.map(({ email }) => hashOf(emailKey(email))))

/** Also those that were written before names were noted, and one where the bytes of two make those of a third. */
export async function chunksNaming({ db, tables, read }: Sql, campaignId: string, email: string) {
  const { chunks, chunkNames } = tables
  const { number } = chunks
  const own = and(eq(chunkNames.campaignId, chunks.campaignId), eq(chunkNames.chunk, number))
  const isNamed = words`instr(${chunkNames.hashes}, ${hashesOf([{ email }])}) > 0`
  const found = db.select({ number }).from(chunks).leftJoin(chunkNames, own)
  const rows = await read(
    found.where(and(eq(chunks.campaignId, campaignId), or(isNull(chunkNames.hashes), isNamed))),
  )
  return rows.map(({ number }) => number)
}
