// What has come while the list is held still: kept as long as it is little, then only counted, to be read anew.
/** @import { Row } from '../../types.d.ts' */
import { compareCursors } from './cursor.js'

const MOST_ASIDE = 5000

export function createAside(most = MOST_ASIDE) {
  /** @type {Row[]} oldest first */
  let rows = []
  let waiting = 0
  /** @type {string | undefined} */
  let newest

  return {
    get waiting() {
      return waiting
    },
    /** The newest that ever came, shown or not. */
    get newest() {
      return newest
    },
    /** The list begins anew. @param {string | undefined} first */
    reset(first) {
      rows = []
      waiting = 0
      newest = first
    },
    /** Those that are new: what is known already is passed over. @param {readonly Row[]} come oldest first */
    fresh(come) {
      const known = newest
      const fresh = known === undefined ? come : come.filter((row) => compareCursors(row.cursor, known) > 0)
      newest = fresh.at(-1)?.cursor ?? newest
      return fresh
    },
    /** @param {readonly Row[]} fresh oldest first */
    put(fresh) {
      waiting += fresh.length
      rows = waiting <= most ? [...rows, ...fresh] : []
    },
    /** All that waited; undefined when that was too much to be kept. */
    take() {
      const kept = rows.length === waiting ? rows : undefined
      if (!kept) return undefined
      rows = []
      waiting = 0
      return kept
    },
  }
}
