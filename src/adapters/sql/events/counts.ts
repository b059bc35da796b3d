// Counts events by kind and step of time: from the counts per minute where those answer, else from the events themselves.
import { addUp } from '../driver/add-up.ts'
import { and, eq, sql as words, type SQL } from '../driver/drizzle.ts'
import { HubError } from '../../../core/errors.ts'
import { BEGINNING, type Cursor } from '../../../core/events/cursor.ts'
import type { Kind } from '../../../core/events/event.ts'
import { LIST_KINDS } from '../../../core/events/filter.ts'
import type { ArchivedEvent, Count, CountQuery, EventArchive } from '../../../core/events/ports.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { seriesFor, readSeries, stepOf } from './minute-counts.ts'
import { inPlaces } from './places.ts'
import { COUNTED_TO_LEAD, createSelecting } from './search/selection.ts'
import { MINUTE_MS, startOf } from './spans.ts'

const NEVER = startOf(Number.MAX_SAFE_INTEGER, MINUTE_MS)
/** Events that one answer counts at most: a second or two of the database's time. */
const MOST_COUNTED = 1_000_000
/** List entries that one answer reads at most. */
const MOST_READ = 50_000
const PAGE = 1_000

export function createCounts(sql: Sql, find: EventArchive['find']): EventArchive['counts'] {
  const { db } = sql
  const { events } = sql.tables
  const { select, slicesOf } = createSelecting(sql, COUNTED_TO_LEAD)

  /** Counts these events in one statement. */
  function counted(step: number, where: SQL | undefined, tags?: SQL) {
    const { eventTags } = sql.tables
    const count = words`count(*)`.mapWith(Number)
    const base = db.select({ at: stepOf(events.receivedAt, step), kind: events.kind, count }).from(events)
    const same = and(eq(eventTags.epoch, events.epoch), eq(eventTags.seq, events.seq), tags)
    const joined = tags ? base.innerJoin(eventTags, same) : base
    return sql.read(joined.where(where).groupBy(words`at`, events.kind))
  }

  async function anew({ step, ...query }: CountQuery): Promise<Count[]> {
    const selection = await select(query, {})
    if (!selection) return []
    if ('places' in selection) {
      const { places, checks } = selection
      const found: Count[] = []
      for (const some of portions(places))
        found.push(...(await counted(step, and(inPlaces(events, some), ...checks))))
      return byStepAndKind(found)
    }
    const { leads, table, checks } = selection
    const slices: (SQL | undefined)[] = []
    let left = MOST_COUNTED / sql.portion
    for (const lead of leads)
      for await (const { stretches, isFull } of slicesOf(selection, lead, 'asc')) {
        slices.push(...stretches.map((stretch) => and(lead, stretch)))
        if (isFull && (left -= 1) === 0) throw new HubError('stats.too_many')
      }
    const found: Count[] = []
    for (const slice of slices)
      found.push(
        ...(table === events
          ? await counted(step, and(slice, ...checks))
          : await counted(step, and(...checks), slice)),
      )
    return byStepAndKind(found)
  }

  /** Takes whole minutes from the counts; the parts of minutes at both ends are counted from the events. */
  async function count(query: CountQuery): Promise<readonly Count[]> {
    const { step, since = 0, until = NEVER } = query
    const [from, to] = [startOf(since + MINUTE_MS - 1, MINUTE_MS), startOf(until, MINUTE_MS)]
    const of = seriesFor(query)
    if (!of || step % MINUTE_MS !== 0 || to < from) return anew(query)
    const counts = [
      readSeries(sql, of, { ...query, since: from, until: to }),
      ...(since < from ? [anew({ ...query, until: from })] : []),
      ...(to < until ? [anew({ ...query, since: to })] : []),
    ]
    return byStepAndKind((await Promise.all(counts)).flat())
  }

  /** The list of an event stands only in its facts, so entries are read. Kinds that are asked for anyway are counted as a whole. */
  async function inLists(query: CountQuery, kinds: readonly Kind[]): Promise<Count[]> {
    const { step, lists, ...selection } = query
    const all = await count({ ...selection, step, kinds: LIST_KINDS.filter((kind) => !kinds.includes(kind)) })
    if (all.reduce((sum, each) => sum + each.count, 0) > MOST_READ)
      throw new HubError('stats.too_many', {
        message: `More than ${MOST_READ.toLocaleString('en')} list entries would have to be read: ask for a shorter time`,
      })
    const found: Count[] = []
    for (let after: Cursor | undefined = BEGINNING; after;) {
      const next = { ...selection, kinds: [], lists, after, limit: PAGE }
      const page: readonly ArchivedEvent[] = await find(next)
      const others = page.filter(({ kind }) => !kinds.includes(kind))
      found.push(...others.map(({ kind, receivedAt: at }) => ({ at: at - (at % step), kind, count: 1 })))
      after = page.at(-1)?.cursor
    }
    return found
  }

  return async (query) => {
    const { lists, kinds, ...others } = query
    if (!lists || !kinds) return count({ ...others, kinds })
    return byStepAndKind([...(await count({ ...others, kinds })), ...(await inLists(query, kinds))])
  }
}

/** Adds up counts of the same step and kind, and sorts them. */
export const byStepAndKind = (counts: readonly Count[]): Count[] =>
  addUp(counts, ({ at, kind }) => `${at} ${kind}`).sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1))
