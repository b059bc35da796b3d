// Reads the reactions to the mails: counts by campaign and link, and the reactions to each delivery.
import { and, between, count, eq, inArray, isNull } from '../driver/drizzle.ts'
import { readDeliveryId } from '../../../core/loop/correlation.ts'
import { bounceReasonIn, NO_EVIDENCE, reactionsOf } from '../../../core/loop/reactions.ts'
import type { ReactionStore, ReactionsTo } from '../../../core/loop/ports.ts'
import { newRowsFor, type Sql } from '../driver/dialect.ts'
import { noReactions } from './changes.ts'

const NO_REACTIONS: ReactionsTo = { ...reactionsOf(NO_EVIDENCE, 0), bounceReason: null }

export function createReactionStore(sql: Sql): ReactionStore {
  const { db } = sql
  const { deliveries, reactions, reactionCounts, reactionPlaces, linkCounts, linkUnsubscribes } = sql.tables

  /** How many left by the hub's link only: those who also left by Mandrill's are counted already. */
  async function leftByLink(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const same = and(
      eq(reactions.campaignId, linkUnsubscribes.campaignId),
      eq(reactions.chunk, linkUnsubscribes.chunk),
      eq(reactions.n, linkUnsubscribes.n),
    )
    const { campaignId: id } = linkUnsubscribes
    const all = db.select({ id, count: count() }).from(linkUnsubscribes).leftJoin(reactions, same)
    const only = and(inArray(id, [...ids]), isNull(reactions.unsubscribed))
    const rows = await sql.read(all.where(only).groupBy(id))
    return new Map(rows.map(({ id, count }) => [id, count]))
  }

  return {
    async counts(ids) {
      if (ids.length === 0) return new Map()
      const theirs = inArray(reactionCounts.campaignId, [...ids])
      const all = db.select().from(reactionCounts).where(theirs)
      const [rows, left] = await Promise.all([sql.read(all), leftByLink(ids)])
      const counts = new Map<string, ReturnType<typeof noReactions>>()
      const of = (id: string) => counts.get(id) ?? counts.set(id, noReactions()).get(id) ?? noReactions()
      for (const { campaignId, fact, count } of rows) Object.assign(of(campaignId), { [fact]: count })
      for (const [id, count] of left) of(id).unsubscribed += count
      return counts
    },

    async links(campaignId) {
      const { link, fact, count } = linkCounts
      const all = db.select({ link, fact, count }).from(linkCounts)
      const rows = await sql.read(all.where(eq(linkCounts.campaignId, campaignId)))
      const counts = new Map<string, { people: number; robots: number }>()
      for (const { link, fact, count } of rows) {
        const before = counts.get(link) ?? { people: 0, robots: 0 }
        // Clicks from before links were counted may be subtracted though they were never added.
        counts.set(link, { ...before, [fact === 'clicked' ? 'people' : 'robots']: Math.max(0, count) })
      }
      return counts
    },

    async of(campaignId, ids) {
      const keys = ids.flatMap((id) => readDeliveryId(id) ?? [])
      if (keys.length === 0) return new Map()
      const numbers = [...new Set(keys.map(({ chunk }) => chunk))]
      const wanted = new Set(ids)
      // Sending asks again and again about the end of a chunk, so its beginning is not read each time.
      const [least, most] = [Math.min(...keys.map(({ n }) => n)), Math.max(...keys.map(({ n }) => n))]
      const within = <T extends typeof reactions | typeof linkUnsubscribes>({
        campaignId: id,
        chunk,
        n,
      }: T) => and(eq(id, campaignId), inArray(chunk, numbers), between(n, least, most))
      const [rows, left] = await Promise.all([
        sql.read(db.select().from(reactions).where(within(reactions))),
        sql.read(db.select().from(linkUnsubscribes).where(within(linkUnsubscribes))),
      ])
      const found = new Map(
        rows.map((row): [string, ReactionsTo] => {
          const hasBounced = (row.bounced ?? row.softBounced ?? row.rejected) !== null
          const bounceReason = hasBounced ? bounceReasonIn(row.heard) : null
          return [`${row.chunk}-${row.n}`, { ...row, bounceReason }]
        }),
      )
      for (const { chunk, n, at } of left) {
        const heard = found.get(`${chunk}-${n}`) ?? NO_REACTIONS
        found.set(`${chunk}-${n}`, { ...heard, unsubscribed: Math.min(at, heard.unsubscribed ?? at) })
      }
      return new Map([...found].filter(([id]) => wanted.has(id)))
    },

    async leftByLink({ campaignId, deliveryId }, at) {
      const key = readDeliveryId(deliveryId)
      if (!key) return
      await sql.atomically([
        newRowsFor(linkUnsubscribes, [{ campaignId, ...key, at }]),
        newRowsFor(reactionPlaces, [{ campaignId, fact: 'unsubscribed', ...key }]),
      ])
    },

    async addressOf({ campaignId, deliveryId }) {
      const key = readDeliveryId(deliveryId)
      if (!key) return undefined
      const { campaignId: id, chunk, n, email } = deliveries
      const here = and(eq(id, campaignId), eq(chunk, key.chunk), eq(n, key.n))
      const [row] = await sql.read(db.select({ email }).from(deliveries).where(here))
      return row?.email || undefined
    },
  }
}
