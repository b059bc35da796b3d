// Expanding a campaign: reads the list in steps, and writes deliveries in chunks of one lane each.
import { and, asc, eq, gt, lte, or, sql as words } from '../driver/drizzle.ts'
import { BEYOND_ASCII, isBeyondAscii } from '../../../core/addresses/mailbox.ts'
import { tallyOf } from '../../../core/campaigns/outcome.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import type { SuppressionReason } from '../../../core/list/ports.ts'
import { portions, rowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import { inForce } from '../list/suppressed.ts'
import { namesOf } from './names.ts'

const CHUNK = 500
/** Further ahead no clock is that has not been set back since: who subscribed by such a one did so before the start. */
const AHEAD_MS = 60_000

type Place = { readonly id: string; readonly expandedTo: string; readonly nextChunk: number }
type Subscriber = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly subscribed: number
  readonly suppressed: SuppressionReason | null
}
type NewDelivery = Tables['deliveries']['$inferSelect']

export function createExpansion(sql: Sql): Ledger['expand'] {
  const { db } = sql
  const { campaigns, subscribers, suppressions, chunks, chunkNames, deliveries } = sql.tables

  async function placeOf(campaignId: string) {
    const { id, status, expanded, expandedTo, nextChunk, startedAt } = campaigns
    const places = db.select({ id, status, expanded, expandedTo, nextChunk, startedAt }).from(campaigns)
    const [place] = await sql.read(places.where(eq(id, campaignId)))
    return place
  }

  /** Who was subscribed at the start, including those who have left since. */
  function subscribersAfter(
    id: string,
    startedAt: number,
    now: number,
    limit: number,
  ): Promise<Subscriber[]> {
    const { email, name, subscribed, subscribedAt } = subscribers
    const known = { id: subscribers.id, email, name, subscribed, suppressed: suppressions.reason }
    const all = db.select(known).from(subscribers)
    const theirs = and(eq(suppressions.emailKey, subscribers.emailKey), inForce(sql, now))
    const hasLeftSince = gt(subscribers.updatedAt, startedAt)
    const isBefore = or(lte(subscribedAt, startedAt), gt(subscribedAt, now + AHEAD_MS))
    const wasSubscribed = and(or(eq(subscribed, 1), hasLeftSince), isBefore)
    const next = all.leftJoin(suppressions, theirs).where(and(wasSubscribed, gt(subscribers.id, id)))
    return sql.read(next.orderBy(asc(subscribers.id)).limit(limit))
  }

  /**
   * Moves the campaign's place in the transaction that writes its deliveries. If another process was faster, or the campaign was
   * cancelled, the column would become null, which it refuses, so that all is undone. Only this column is the guard: MySQL sets
   * columns one after the other, so old values of the others may be gone already.
   */
  function movePlace(from: Place, to: string, chunksMade: number, last: boolean): Write {
    const here = words`${campaigns.expandedTo} = ${from.expandedTo} AND ${campaigns.status} IN ('running', 'paused')`
    const expandedTo = words`CASE WHEN ${here} THEN ${to} ELSE NULL END`
    const place = { expanded: last ? 1 : 0, expandedTo, nextChunk: from.nextChunk + chunksMade }
    return db.update(campaigns).set(place).where(eq(campaigns.id, from.id))
  }

  return async (campaignId, laneOf, limit, now) => {
    const place = await placeOf(campaignId)
    if (place?.expanded) return 'done'
    if (place?.status !== 'running') return 'busy'
    const startedAt = place.startedAt ?? now
    const subscribers = await subscribersAfter(place.expandedTo, startedAt, now, limit)
    const last = subscribers.length < limit
    const groups = inChunks(subscribers, laneOf).map(({ lane, subscribers }, index) => {
      const number = place.nextChunk + index
      const rows = subscribers.map((each, n) => toRow(place.id, number, n, each, startedAt, now))
      const names = namesOf({ campaignId: place.id, chunk: number }, rows)
      return { chunk: toChunk(place.id, number, lane, rows), names, rows }
    })
    const made = groups.map(({ chunk }) => chunk)
    const named = groups.map(({ names }) => names)
    const rows = groups.flatMap(({ rows }) => rows)
    try {
      await sql.atomically([
        movePlace(place, subscribers.at(-1)?.id ?? place.expandedTo, groups.length, last),
        rowsFor(chunks, made),
        rowsFor(chunkNames, named),
        rowsFor(deliveries, rows),
      ])
      return last ? 'done' : 'more'
    } catch (error) {
      if (sql.fault(error) === 'null') return 'busy'
      throw error
    }
  }
}

function inChunks(subscribers: readonly Subscriber[], laneOf: (email: string) => string) {
  const lanes = Map.groupBy(subscribers, ({ email }) => laneOf(email))
  return [...lanes].flatMap(([lane, within]) =>
    portions(within, CHUNK).map((subscribers) => ({ lane, subscribers })),
  )
}

function whyNot(email: string, subscribed: number, suppressed: Subscriber['suppressed']): string | null {
  if (!subscribed) return 'unsubscribed'
  if (suppressed) return `suppressed: ${suppressed}`
  return isBeyondAscii(email) ? BEYOND_ASCII : null
}

function toRow(
  campaignId: string,
  chunk: number,
  n: number,
  { id, email, name, subscribed, suppressed }: Subscriber,
  dueAt: number,
  now: number,
): NewDelivery {
  const reason = whyNot(email, subscribed, suppressed)
  const status = reason === null ? 'queued' : 'skipped'
  const state = { status, reason, attempts: 0, earlierAttempts: 0, dueAt, updatedAt: now } as const
  return { campaignId, chunk, n, subscriberId: id, email, name, ...state }
}

function toChunk(campaignId: string, number: number, lane: string, rows: readonly NewDelivery[]) {
  const firstReader = rows[0]?.subscriberId ?? ''
  const lastReader = rows.at(-1)?.subscriberId ?? ''
  return { campaignId, number, lane, version: 0, ...tallyOf(rows), firstReader, lastReader }
}
