// Pages of a campaign's deliveries, in order of chunk and number.
//
// There is no index by status or address: a million rows would have to be moved in it as they are sent. The chunks know
// which of them hold a status, and an address is looked for in steps that leave the process time for other things.
import { setImmediate as pause } from 'node:timers/promises'
import { and, asc, eq, gt, gte, inArray, or, sql as words } from '../driver/drizzle.ts'
import type { Delivery, DeliveryStatus, Ledger } from '../../../core/campaigns/ports.ts'
import type { Sql } from '../driver/dialect.ts'

const CHUNKS_A_STEP = 20

type Query = Parameters<Ledger['deliveries']>[0]
type Place = { readonly chunk: number; readonly n: number }

export function createDeliveryPages(sql: Sql): Ledger['deliveries'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables

  function nextChunks(campaignId: string, from: number, status: DeliveryStatus | undefined) {
    return sql.read(
      db
        .select({ number: chunks.number, lane: chunks.lane })
        .from(chunks)
        .where(
          and(eq(chunks.campaignId, campaignId), gte(chunks.number, from), status && gt(chunks[status], 0)),
        )
        .orderBy(asc(chunks.number))
        .limit(CHUNKS_A_STEP),
    )
  }

  function rowsOf(query: Query, place: Place, numbers: number[], limit: number) {
    const { campaignId, status, q } = query
    return sql.read(
      db
        .select()
        .from(deliveries)
        .where(
          and(
            eq(deliveries.campaignId, campaignId),
            inArray(deliveries.chunk, numbers),
            or(gt(deliveries.chunk, place.chunk), gt(deliveries.n, place.n)),
            status && eq(deliveries.status, status),
            q ? words`instr(lower(${deliveries.email}), ${q.toLowerCase()}) > 0` : undefined,
          ),
        )
        .orderBy(asc(deliveries.chunk), asc(deliveries.n))
        .limit(limit),
    )
  }

  return async (query) => {
    const place = readPlace(query.after)
    const found: Delivery[] = []
    for (let from = place.chunk; ;) {
      const batch = await nextChunks(query.campaignId, from, query.status)
      const lanes = new Map(batch.map(({ number, lane }) => [number, lane]))
      const rows = batch.length
        ? await rowsOf(query, place, [...lanes.keys()], query.limit - found.length)
        : []
      found.push(...rows.map((row) => toDelivery(row, lanes.get(row.chunk) ?? '')))
      const last = batch.at(-1)
      if (found.length >= query.limit || !last || batch.length < CHUNKS_A_STEP) return found
      from = last.number + 1
      await pause()
    }
  }
}

export function toDelivery(row: Omit<Delivery, 'id' | 'lane'>, lane: string): Delivery {
  return { id: `${row.chunk}-${row.n}`, ...row, lane }
}

/** Anything that is no delivery's id is the beginning. */
function readPlace(after: string | undefined): Place {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(after ?? '')
  return match ? { chunk: Number(match[1]), n: Number(match[2]) } : { chunk: 0, n: -1 }
}
