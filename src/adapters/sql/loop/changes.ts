// What a page of events changes in the deliveries they are about, and in the counts of their campaigns.
import { eq } from '../driver/drizzle.ts'
import { placeKey } from '../../../core/loop/correlation.ts'
import {
  FACTS,
  factsOf,
  hear,
  join,
  NOTHING_HEARD,
  readHeard,
  writeHeard,
  type Fact,
  type Facts,
  type Heard,
} from '../../../core/loop/reactions.ts'
import { countLinks } from '../../../core/loop/robots.ts'
import { changesFor, newRowsFor, rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import type { Correlated, Known, ReactionRow } from './deliveries.ts'

/** By campaign: how many subscribers more, or fewer, each fact is true of. */
export type Deltas = ReadonlyMap<string, Readonly<Record<Fact, number>>>
export type ReactionEffects = { readonly writes: readonly Write[]; readonly deltas: Deltas }

/** A started campaign's text does not change any more. */
const CAMPAIGNS_REMEMBERED = 100

export function createReactionEffects(sql: Sql) {
  const linksOf = createLinkCounts(sql)
  const { reactions, messageLinks } = sql.tables

  return async (correlated: readonly Correlated[]): Promise<ReactionEffects> => {
    const links = await linksOf(correlated)
    const changed = [...Map.groupBy(correlated, ({ about }) => placeKey(about)).values()]
      .map((events) => change(events, links))
      .filter((each) => each !== undefined)
    const fresh = changed.filter(({ before }) => before === null).map(({ after }) => after)
    const known = changed.filter(({ before }) => before !== null).map(({ after }) => after)
    const writes = [
      rowsFor(reactions, fresh),
      changesFor(reactions, ['campaignId', 'chunk', 'n'], known),
      newRowsFor(messageLinks, newLinks(correlated)),
    ]
    return { writes, deltas: deltasOf(changed) }
  }
}

type Change = { readonly before: ReactionRow | null; readonly after: ReactionRow }

function change(events: readonly Correlated[], links: ReadonlyMap<string, number>): Change | undefined {
  const [first] = events
  if (!first) return undefined
  const { campaignId, chunk, n, reaction: before } = first.about
  const heard = events.reduce((sum, { row }) => join(sum, hear(row)), heardBefore(first.about))
  const facts = factsOf(heard, links.get(campaignId) ?? Infinity)
  const messageId = before?.messageId ?? events.find(({ messageId }) => messageId)?.messageId ?? null
  const after = { campaignId, chunk, n, messageId, ...facts, heard: writeHeard(heard) }
  return before && isSame(before, after) ? undefined : { before, after }
}

function heardBefore({ reaction }: Known): Heard {
  return reaction ? readHeard(reaction.heard, reaction) : NOTHING_HEARD
}

function isSame(before: ReactionRow, after: ReactionRow): boolean {
  return (
    before.heard === after.heard &&
    before.messageId === after.messageId &&
    FACTS.every((fact) => before[fact] === after[fact])
  )
}

/** Every message of a delivery but the one that its row names and was linked with it. */
function newLinks(correlated: readonly Correlated[]) {
  return correlated.flatMap(({ about: { campaignId, chunk, n, reaction }, messageId }) =>
    messageId && reaction?.messageId !== messageId ? [{ messageId, campaignId, chunk, n }] : [],
  )
}

function deltasOf(changed: readonly Change[]): Deltas {
  const deltas = new Map<string, Record<Fact, number>>()
  for (const { before, after } of changed) {
    const sums = deltas.get(after.campaignId) ?? noFacts()
    for (const fact of FACTS) sums[fact] += isTrue(after, fact) - isTrue(before, fact)
    deltas.set(after.campaignId, sums)
  }
  return deltas
}

export function noFacts(): Record<Fact, number> {
  return Object.fromEntries(FACTS.map((fact) => [fact, 0])) as Record<Fact, number>
}

const isTrue = (facts: Facts | null, fact: Fact): number => (facts && facts[fact] !== null ? 1 : 0)

/** How many links the mails of those campaigns have that were clicked. */
function createLinkCounts(sql: Sql) {
  const { db } = sql
  const { campaigns } = sql.tables
  const known = new Map<string, number>()

  async function count(id: string): Promise<number> {
    const [row] = await sql.read(
      db.select({ content: campaigns.content }).from(campaigns).where(eq(campaigns.id, id)),
    )
    return row ? countLinks(row.content) : Infinity
  }

  return async (correlated: readonly Correlated[]): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>()
    for (const id of new Set(correlated.map(({ about }) => about.campaignId))) {
      const links = known.get(id) ?? (await count(id))
      found.set(id, links)
      known.delete(id)
      known.set(id, links)
    }
    for (const id of known.keys()) if (known.size > CAMPAIGNS_REMEMBERED) known.delete(id)
    return found
  }
}
