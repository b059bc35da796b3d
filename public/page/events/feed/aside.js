// Why the list is held still, and what has come meanwhile: kept as long as it is little, then only counted, to be read anew.
/** @import { Row } from '../../types.d.ts' */
import { compareCursors } from './cursor.js'

const MOST_ASIDE = 5000

/** @typedef {'scroll' | 'hover' | 'keys' | 'pause'} Hold why the list is held still: scrolled, hovered, walked through by keys, paused */

/** @param {{ onFree: () => void, most?: number }} options `onFree`: nothing holds the list any more */
export function createAside({ onFree, most = MOST_ASIDE }) {
  /** @type {Set<Hold>} */
  const holds = new Set()
  /** @type {Row[]} oldest first */
  let rows = []
  let waiting = 0
  /** @type {string | undefined} */
  let newest

  return {
    get waiting() {
      return waiting
    },
    get isHeld() {
      return holds.size > 0
    },
    /** By the word of whoever looks. */
    get isPaused() {
      return holds.has('pause')
    },
    /** Holds the list still for a reason, or lets go of that reason. @param {Hold} reason @param {boolean} on */
    hold(reason, on) {
      if (holds.has(reason) === on) return
      if (on) holds.add(reason)
      else if (holds.delete(reason) && holds.size === 0) onFree()
    },
    /** Lets go of every hold. */
    free() {
      holds.clear()
      onFree()
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
    /**
     * Those that are new: what is known already is passed over. Both what was asked for and the socket may bring the same.
     * @param {readonly Row[]} come oldest first, of each of the two
     */
    fresh(come) {
      return come.filter(({ cursor }) => {
        if (newest !== undefined && compareCursors(cursor, newest) <= 0) return false
        newest = cursor
        return true
      })
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
