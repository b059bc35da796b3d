// What the archive has for the live list: its pages, where the feed ends, and what came after a place.
/** @import { Api } from '../../ground/api.js' */
/** @import { Filter } from '../../types.d.ts' */
import { isAll, queryOf } from '../filter/filter.js'
import { storedRow } from '../facts.js'

/** What matches little is gathered from far and wide: what one sees first is not kept waiting for more than that. */
const IN_SIGHT = 30

/** @param {Pick<Api, 'events'>} api */
export function createArchive(api) {
  /** @param {AbortSignal} [signal] */
  const head = async (signal) => (await api.events({ limit: 1 }, signal)).events[0]?.cursor

  return {
    head,
    /**
     * @param {{ query: Filter, place: string | null, fromEnd: boolean, limit: number, signal: AbortSignal }} ask
     * @param {string} [known] where the feed was, or has passed: all up to there is in what is read now
     */
    async page({ query: filter, place, fromEnd, limit, signal }, known) {
      const isFirst = place === null && !fromEnd && !isAll(filter)
      // With a filter: the head, read first, so that the socket need not look through all that did not match.
      const at = isFirst ? (known ?? (await head(signal))) : undefined
      const most = place === null && !isAll(filter) ? Math.min(limit, IN_SIGHT) : limit
      const page = fromEnd ? { limit: most, after: place ?? '0' } : { limit: most, before: place }
      const { events, next } = await api.events({ ...queryOf(filter), ...page }, signal)
      return { rows: events.map(storedRow), next, head: at }
    },
    /** Oldest first, 1,000 at most. @param {Filter} filter @param {string} after */
    async since(filter, after) {
      const { events } = await api.events({ ...queryOf(filter), limit: 1000, after })
      return events.map(storedRow)
    },
  }
}
