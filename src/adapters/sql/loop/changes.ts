// What a page of events changes in the deliveries they are about, and in the counts of their campaigns.
import { eq } from '../driver/drizzle.ts'
import { addUp } from '../driver/add-up.ts'
import { wholeId } from '../../../core/loop/correlation.ts'
import {
  REACTIONS,
  clicksByLink,
  evidenceIn,
  merge,
  NO_EVIDENCE,
  reactionsOf,
  readEvidence,
  writeEvidence,
  type Evidence,
  type FirstVisits,
  type Reaction,
  type Reactions,
} from '../../../core/loop/reactions.ts'
import { linkKey } from '../../../core/events/facts.ts'
import { linksIn } from '../../../core/loop/links.ts'
import { changesFor, newRowsFor, rowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import type { Correlated, ReactionRow } from './deliveries.ts'
import { RARE } from './rare.ts'

/** By campaign: how many more, or fewer, subscribers each reaction is true of. */
export type Deltas = ReadonlyMap<string, Readonly<Record<Reaction, number>>>
type ReactionEffects = { readonly writes: readonly Write[]; readonly deltas: Deltas }

/** How many campaigns' links are kept in memory: the text of a started campaign no longer changes. */
const CAMPAIGNS_REMEMBERED = 100

export function createReactionEffects(sql: Sql) {
  const linksOf = createLinksOf(sql)
  const { reactions, messageLinks, reactionPlaces, linkCounts } = sql.tables

  return async (correlated: readonly Correlated[]): Promise<ReactionEffects> => {
    const links = await linksOf(correlated)
    const changed = [...Map.groupBy(correlated, ({ about }) => wholeId(about)).values()]
      .map((events) => change(events, links))
      .filter((each) => each !== undefined)
    const fresh = changed.filter(({ before }) => before === null).map(({ after }) => after)
    const known = changed.filter(({ before }) => before !== null).map(({ after }) => after)
    const writes = [
      rowsFor(reactions, fresh),
      changesFor(reactions, ['campaignId', 'chunk', 'n'], known),
      newRowsFor(messageLinks, newLinks(correlated)),
      newRowsFor(reactionPlaces, changed.flatMap(newRare)),
      rowsFor(linkCounts, newFollowers(changed), 'count'),
    ]
    return { writes, deltas: deltasOf(changed) }
  }
}

type Change = {
  readonly before: ReactionRow | null
  readonly after: ReactionRow
  readonly links: readonly LinkRow[]
}
type LinkRow = Tables['linkCounts']['$inferInsert']

function change(events: readonly Correlated[], links: ReadonlyMap<string, Links>): Change | undefined {
  const [first] = events
  if (!first) return undefined
  const { campaignId, chunk, n, reaction: before } = first.about
  const earlier = before ? readEvidence(before.heard, before) : NO_EVIDENCE
  const evidence = events.reduce((sum, { row }) => merge(sum, evidenceIn(row)), earlier)
  const own = links.get(campaignId)
  const reactions = reactionsOf(evidence, own?.size ?? Infinity)
  const messageId = before?.messageId ?? events.find(({ messageId }) => messageId)?.messageId ?? null
  const after = { campaignId, chunk, n, messageId, ...reactions, heard: writeEvidence(evidence) }
  if (before && isSame(before, after)) return undefined
  const clicked = own && evidence.clicks.length > 0 ? linksBetween(campaignId, earlier, evidence, own) : []
  return { before, after, links: clicked }
}

/** What one delivery adds to the counts of links, or takes away when clicks turn out to be a scanner's. */
function linksBetween(campaignId: string, before: Evidence, after: Evidence, own: Links): LinkRow[] {
  const was = clicksByLink(before, own)
  const is = clicksByLink(after, own)
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((link) => {
    const more = (who: keyof FirstVisits) => isSet(is.get(link)?.[who]) - isSet(was.get(link)?.[who])
    return [
      { campaignId, link, fact: 'clicked' as const, count: more('person') },
      { campaignId, link, fact: 'robotClicked' as const, count: more('robot') },
    ]
  })
}

const isSet = (at: number | null | undefined): number => (at == null ? 0 : 1)

function newFollowers(changed: readonly Change[]): LinkRow[] {
  const rows = changed.flatMap(({ links }) => links)
  const sums = addUp(rows, ({ campaignId, link, fact }) => `${campaignId} ${fact} ${link}`)
  return sums.filter(({ count }) => count !== 0)
}

function newRare({ before, after }: Change) {
  const { campaignId, chunk, n } = after
  const news = RARE.filter((fact) => isTrue(after, fact) > isTrue(before, fact))
  return news.map((fact) => ({ campaignId, fact, chunk, n }))
}

function isSame(before: ReactionRow, after: ReactionRow): boolean {
  return (
    before.heard === after.heard &&
    before.messageId === after.messageId &&
    REACTIONS.every((each) => before[each] === after[each])
  )
}

/** Links of messages with their deliveries, except those that are known from the delivery's row. */
function newLinks(correlated: readonly Correlated[]) {
  return correlated.flatMap(({ about: { campaignId, chunk, n, reaction }, messageId }) =>
    messageId && reaction?.messageId !== messageId ? [{ messageId, campaignId, chunk, n }] : [],
  )
}

function deltasOf(changed: readonly Change[]): Deltas {
  const deltas = new Map<string, Record<Reaction, number>>()
  for (const { before, after } of changed) {
    const sums = deltas.get(after.campaignId) ?? noReactions()
    for (const each of REACTIONS) sums[each] += isTrue(after, each) - isTrue(before, each)
    deltas.set(after.campaignId, sums)
  }
  return deltas
}

export function noReactions(): Record<Reaction, number> {
  return Object.fromEntries(REACTIONS.map((each) => [each, 0])) as Record<Reaction, number>
}

const isTrue = (known: Reactions | null, each: Reaction): number => (known && known[each] !== null ? 1 : 0)

type Links = ReadonlySet<string>

/** The links of the campaigns that a page is about; a campaign that no longer exists has none. */
function createLinksOf(sql: Sql) {
  const { db } = sql
  const { campaigns } = sql.tables
  const known = new Map<string, Links>()

  async function read(id: string): Promise<Links | undefined> {
    const { content } = campaigns
    const [row] = await sql.read(db.select({ content }).from(campaigns).where(eq(campaigns.id, id)))
    return row && new Set(linksIn(row.content).map(linkKey))
  }

  return async (correlated: readonly Correlated[]): Promise<ReadonlyMap<string, Links>> => {
    const found = new Map<string, Links>()
    for (const id of new Set(correlated.map(({ about }) => about.campaignId))) {
      const links = known.get(id) ?? (await read(id))
      if (!links) continue
      found.set(id, links)
      known.delete(id)
      known.set(id, links)
    }
    for (const id of known.keys()) if (known.size > CAMPAIGNS_REMEMBERED) known.delete(id)
    return found
  }
}
