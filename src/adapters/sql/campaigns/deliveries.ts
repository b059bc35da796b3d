// Pages of deliveries: of a campaign, in order of chunk and number, and of one subscriber, newest campaign first.
//
// There is no index by status, reason or address: sending would have to move a million rows in it. Instead each chunk notes which
// statuses, reasons and addresses it holds, and reaction_places where the rarer reactions are. The rest is searched in steps that
// leave the process time for other things.
import { setImmediate as pause } from 'node:timers/promises'
import {
  and,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  lt,
  lte,
  or,
  ORDERS,
  sql as words,
} from '../driver/drizzle.ts'
import type { DeliveryQuery, DeliveryTo, Ledger, ListedDelivery } from '../../../core/campaigns/ports.ts'
import { hasReason, mayHold, reasonGroup, WITH_REASON } from '../../../core/campaigns/reasons.ts'
import { readDeliveryId } from '../../../core/loop/correlation.ts'
import type { Order } from '../../../core/ports.ts'
import type { Sql, Tables } from '../driver/dialect.ts'
import { isRare } from '../loop/rare.ts'
import { mayName } from './names.ts'

const CHUNKS_A_STEP = 20
/** Rows of a step in which reasons are looked at one by one. */
const ROWS_A_STEP = 2_000
const CAMPAIGNS_A_STEP = 20

type Place = { readonly chunk: number; readonly n: number }
/** In order, or from the last one back. */
const WAYS = {
  asc: { ...ORDERS.asc, step: 1, start: { chunk: 0, n: -1 } },
  desc: { ...ORDERS.desc, step: -1, start: { chunk: 1e9, n: 1e9 } },
} as const
type Way = (typeof WAYS)[Order]
type Chunk = { readonly number: number; readonly lane: string; readonly reasons: string | null }

export function createDeliveryPages(sql: Sql): Pick<Ledger, 'deliveries' | 'deliveriesTo'> {
  const { db } = sql
  const { campaigns, chunks, deliveries, reactions, reactionPlaces, subscribers } = sql.tables

  function nextChunks(
    { campaignId, status, people, q }: DeliveryQuery,
    from: number,
    { orBeyond, sorted }: Way,
  ): Promise<Chunk[]> {
    const { number, lane, reasons } = chunks
    const place = reactionPlaces
    const here = and(eq(place.campaignId, campaignId), eq(place.fact, people ?? ''), eq(place.chunk, number))
    const mayFit = and(
      eq(chunks.campaignId, campaignId),
      orBeyond(number, from),
      status && gt(chunks[status], 0),
      q ? mayName(sql, [q]) : undefined,
      isRare(people) ? exists(db.select({ n: place.n }).from(place).where(here)) : undefined,
    )
    const some = db.select({ number, lane, reasons }).from(chunks).where(mayFit)
    return sql.read(some.orderBy(sorted(number)).limit(CHUNKS_A_STEP))
  }

  function rowsOf(
    query: DeliveryQuery,
    place: Place,
    numbers: number[],
    limit: number,
    { beyond, sorted }: Way,
  ) {
    const { campaignId, status, people, reason, q } = query
    const { chunk, n } = deliveries
    const same = <T extends typeof reactions | typeof reactionPlaces>(table: T) =>
      and(eq(table.campaignId, campaignId), eq(table.chunk, chunk), eq(table.n, n))
    const rows = db
      .select({ row: deliveries, listed: subscribers.id })
      .from(deliveries)
      .leftJoin(subscribers, eq(subscribers.id, deliveries.subscriberId))
      .$dynamic()
    if (isRare(people))
      rows.innerJoin(reactionPlaces, and(same(reactionPlaces), eq(reactionPlaces.fact, people)))
    // Entries in reaction_places are final, and need no second look.
    if (people && (people === 'clicked' || !isRare(people)))
      rows.innerJoin(reactions, and(same(reactions), isNotNull(reactions[people])))
    const fitting = and(
      eq(deliveries.campaignId, campaignId),
      inArray(chunk, numbers),
      or(beyond(chunk, place.chunk), beyond(n, place.n)),
      status && eq(deliveries.status, status),
      reason === undefined ? undefined : inArray(deliveries.status, [...WITH_REASON]),
      q ? words`instr(lower(${deliveries.email}), ${q.toLowerCase()}) > 0` : undefined,
    )
    return sql.read(rows.where(fitting).orderBy(sorted(chunk), sorted(n)).limit(limit))
  }

  /** The campaigns of a page that may have deliveries to the subscriber, by the notes of their chunks. */
  async function chunksOf(subscriberId: string, campaignIds: string[]) {
    const { campaignId, number, lane, firstReader, lastReader } = chunks
    const around = and(gte(lastReader, subscriberId), lte(firstReader, subscriberId))
    const some = db.select({ campaignId, number, lane }).from(chunks)
    return sql.read(some.where(and(inArray(campaignId, campaignIds), around)))
  }

  async function startedBefore(id: string | undefined) {
    const older = id === undefined ? undefined : lt(campaigns.id, id)
    const all = db.select({ id: campaigns.id, subject: campaigns.subject }).from(campaigns)
    const started = all.where(and(isNotNull(campaigns.startedAt), older))
    return sql.read(started.orderBy(desc(campaigns.id)).limit(CAMPAIGNS_A_STEP))
  }

  async function ofCampaigns(subscriberId: string, campaignIds: string[]) {
    if (campaignIds.length === 0) return []
    const places = await chunksOf(subscriberId, campaignIds)
    const within = [...Map.groupBy(places, ({ campaignId }) => campaignId)].map(([id, own]) => {
      const numbers = own.map(({ number }) => number)
      return and(eq(deliveries.campaignId, id), inArray(deliveries.chunk, numbers))
    })
    if (within.length === 0) return []
    const lanes = new Map(places.map(({ campaignId, number, lane }) => [`${campaignId}/${number}`, lane]))
    const theirs = and(eq(deliveries.subscriberId, subscriberId), or(...within))
    const rows = await sql.read(db.select().from(deliveries).where(theirs))
    return rows.map((row) => toDelivery(row, lanes.get(`${row.campaignId}/${row.chunk}`) ?? ''))
  }

  return {
    async deliveries(query) {
      const found: ListedDelivery[] = []
      const way = WAYS[query.order ?? 'asc']
      // Anything but a delivery's id stands for the beginning.
      for (let place: Place = readDeliveryId(query.after ?? '') ?? way.start; ;) {
        const batch = await nextChunks(query, place.chunk, way)
        const perhaps = batch.filter(({ reasons }) => mayHold(reasons, query.reason))
        const lanes = new Map(perhaps.map(({ number, lane }) => [number, lane]))
        const atOnce = query.reason === undefined ? query.limit - found.length : ROWS_A_STEP
        const rows = lanes.size > 0 ? await rowsOf(query, place, [...lanes.keys()], atOnce, way) : []
        for (const { row, listed } of rows)
          if (found.length < query.limit && fits(row, query))
            found.push({ ...toDelivery(row, lanes.get(row.chunk) ?? ''), isListed: listed !== null })
        const end = batch.at(-1)
        const isWhole = rows.length < atOnce
        if (found.length >= query.limit || !end || (isWhole && batch.length < CHUNKS_A_STEP)) return found
        const next = { chunk: end.number + way.step, n: way.start.n }
        place = isWhole ? next : (rows.at(-1)?.row ?? place)
        await pause()
      }
    },

    async deliveriesTo(subscriberId, limit, before) {
      const found: DeliveryTo[] = []
      for (let end = before; ;) {
        const batch = await startedBefore(end)
        const subjects = new Map(batch.map(({ id, subject }) => [id, subject]))
        const rows = await ofCampaigns(subscriberId, [...subjects.keys()])
        rows.sort((a, b) => (a.campaignId < b.campaignId ? 1 : -1))
        found.push(...rows.map((row) => ({ ...row, subject: subjects.get(row.campaignId) ?? '' })))
        end = batch.at(-1)?.id
        if (found.length >= limit || batch.length < CAMPAIGNS_A_STEP) return found.slice(0, limit)
        await pause()
      }
    },
  }
}

function fits(row: Tables['deliveries']['$inferSelect'], { reason }: DeliveryQuery): boolean {
  return reason === undefined || (hasReason(row.status) && reasonGroup(row.reason) === reason)
}

export function toDelivery(row: Tables['deliveries']['$inferSelect'], lane: string) {
  return { id: `${row.chunk}-${row.n}`, ...row, lane }
}
