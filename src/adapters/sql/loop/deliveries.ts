// Which deliveries the events of a page are about, and the reactions to each so far.
import { and, eq, gt, inArray, or } from '../driver/drizzle.ts'
import {
  isOfMail,
  isRecipient,
  namedDelivery,
  wholeId,
  type DeliveryKey,
} from '../../../core/loop/correlation.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { portions, type Sql, type Tables } from '../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'

/** Each is a term of one condition, of which SQLite allows no more than a thousand. */
const CHUNKS_AT_ONCE = 200

export type ReactionRow = Tables['reactions']['$inferSelect']
type Known = DeliveryKey & { readonly email: string; readonly reaction: ReactionRow | null }
/** An event, the delivery that it is about, and the provider's id of the message. */
export type Correlated = {
  readonly row: ArchiveRow
  readonly about: Known
  readonly messageId: string | null
}

/** In the order of the events, without those that are about no delivery of the hub. */
export function createCorrelation(sql: Sql): (rows: readonly ArchiveRow[]) => Promise<readonly Correlated[]> {
  return async (rows) => {
    const events = rows
      .filter(({ event }) => isOfMail(event.kind))
      .map((row) => ({ row, key: namedDelivery(row.facts), messageId: messageKey(row) }))
    const keys = events.flatMap(({ key }) => key ?? [])
    const named = await findDeliveries(sql, keys)
    const believed = events.map(({ row, key }) => {
      const about = key && named.get(wholeId(key))
      return about && isRecipient(about, row.facts) ? about : undefined
    })
    const unnamed = events.flatMap(({ messageId }, n) => (believed[n] || !messageId ? [] : messageId))
    // Later events of a page find the delivery of their message by the first event that names it.
    const known = await findByMessage(sql, [...new Set(unnamed)])
    return events.flatMap(({ row, messageId }, n) => {
      const about = believed[n] ?? known.get(messageId ?? '')
      if (!about) return []
      if (messageId && !known.has(messageId)) known.set(messageId, about)
      return [{ row, about, messageId }]
    })
  }
}

async function findDeliveries(sql: Sql, keys: readonly DeliveryKey[]): Promise<ReadonlyMap<string, Known>> {
  const { deliveries, reactions } = sql.tables
  const known = new Map<string, Known>()
  for (const condition of conditions(sql, keys)) {
    const { campaignId, chunk, n, email } = deliveries
    const same = and(eq(reactions.campaignId, campaignId), eq(reactions.chunk, chunk), eq(reactions.n, n))
    const all = sql.db.select({ campaignId, chunk, n, email, reaction: reactions }).from(deliveries)
    const found = await sql.read(all.leftJoin(reactions, same).where(condition))
    for (const each of found) known.set(wholeId(each), each)
  }
  return known
}

/** The deliveries of messages, as earlier pages have linked them. */
async function findByMessage(sql: Sql, messageIds: readonly string[]): Promise<Map<string, Known>> {
  const { messageLinks } = sql.tables
  if (messageIds.length === 0) return new Map()
  const { messageId } = messageLinks
  // A hub that has sent nothing itself has no links, and need not look for them.
  const any = sql.db.select({ messageId }).from(messageLinks).where(gt(messageId, '')).limit(1)
  if ((await sql.read(any)).length === 0) return new Map()
  const links: (DeliveryKey & { messageId: string })[] = []
  for (const some of portions(messageIds)) {
    const theirs = sql.db.select().from(messageLinks).where(sql.among(messageId, some))
    links.push(...(await sql.read(theirs)))
  }
  const deliveries = await findDeliveries(sql, links)
  return new Map(
    links.flatMap((link) => {
      const about = deliveries.get(wholeId(link))
      return about ? [[link.messageId, about] as const] : []
    }),
  )
}

function messageKey({ facts: { messageId } }: ArchiveRow): string | null {
  return messageId && keyOf(messageId, KEY_LENGTH.messageId)
}

/** Conditions by campaign and chunk, since neither database uses an index well for a list of triples. */
function conditions({ tables: { deliveries } }: Sql, keys: readonly DeliveryKey[]) {
  const byChunk = [...Map.groupBy(keys, ({ campaignId, chunk }) => `${campaignId}/${chunk}`).values()]
  const terms = byChunk.flatMap((within) => {
    const [first] = within
    if (!first) return []
    const numbers = [...new Set(within.map(({ n }) => n))]
    const { campaignId, chunk, n } = deliveries
    return [and(eq(campaignId, first.campaignId), eq(chunk, first.chunk), inArray(n, numbers))]
  })
  return portions(terms, CHUNKS_AT_ONCE).map((some) => or(...some))
}
