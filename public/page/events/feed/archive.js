// What the archive has for the live list: its pages, where the feed ends, and what came after a place.
/** @import { Api } from '../../ground/api.js' */
/** @import { Filter } from '../../types.d.ts' */
import { isAll, queryOf } from '../filter.js'
import { storedRow } from '../facts.js'

/** @param {Pick<Api, 'events'>} api */
export function createArchive(api) {
  /** @param {AbortSignal} [signal] */
  const head = async (signal) => (await api.events({ limit: 1 }, signal)).events[0]?.cursor

  return {
    head,
    /** @param {{ query: Filter, place: string | null, fromEnd: boolean, limit: number, signal: AbortSignal }} ask */
    async page({ query: filter, place, fromEnd, limit, signal }) {
      // With a filter: the head, read first, so that the socket need not look through all that did not match.
      const isFirst = place === null && !fromEnd
      const at = isFirst && !isAll(filter) ? await head(signal) : undefined
      const page = fromEnd ? { limit, after: place ?? '0' } : { limit, before: place }
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
