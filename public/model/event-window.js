// The part of the (filtered) log that the list holds: newest first, bounded, and where the rest is to be had.
//
// Lines have fixed places, counted from the newest that was ever shown here. Whoever scrolls far down lets go of
// the lines at the top; their places stay (`above`), and scrolling back fetches them again. While the list is held
// still, what comes waits aside; when too much waits, it is counted only and read anew later.
/** @import { Row } from '../types.d.ts' */
import { compareCursors } from './cursor.js'

export const MOST_ROWS = 5000

export function createEventWindow(most = MOST_ROWS) {
  /** @type {Row[]} newest first */
  let rows = []
  let above = 0
  /** @type {Row[]} oldest first */
  let aside = []
  let waiting = 0
  let complete = true
  let moreOlder = false
  /** @type {string | undefined} */
  let newest

  /** @param {readonly Row[]} fresh oldest first */
  function show(fresh) {
    rows = [...fresh.toReversed(), ...rows]
    cutOldest()
  }

  function cutOldest() {
    if (rows.length <= most) return
    rows.length = most
    moreOlder = true
  }

  /** @param {readonly Row[]} fresh oldest first */
  function putAside(fresh) {
    waiting += fresh.length
    complete &&= aside.length + fresh.length <= most
    aside = complete ? [...aside, ...fresh] : []
  }

  return {
    /** Lines at places `above` to `size` - 1 are held. */
    get size() {
      return above + rows.length
    },
    get above() {
      return above
    },
    /** How many have come while the list was held still. */
    get waiting() {
      return waiting
    },
    get moreOlder() {
      return moreOlder
    },
    get newest() {
      return newest
    },
    get top() {
      return rows[0]?.cursor
    },
    get oldest() {
      return rows.at(-1)?.cursor
    },
    /** @param {number} place */
    at: (place) => (place < above ? undefined : rows[place - above]),
    /** @param {string | undefined} cursor */
    placeOf(cursor) {
      const index = rows.findIndex((row) => row.cursor === cursor)
      return index === -1 ? -1 : above + index
    },
    /**
     * Begins anew.
     * @param {readonly Row[]} page newest first
     * @param {boolean} more there are older ones
     */
    reset(page, more) {
      rows = [...page]
      above = waiting = 0
      aside = []
      complete = true
      moreOlder = more
      newest = rows[0]?.cursor
    },
    /**
     * Takes what has come, oldest first; what is here already is passed over. Tells what was new.
     * @param {readonly Row[]} come
     * @param {boolean} still the list is held still
     */
    add(come, still) {
      const known = newest
      const fresh = known === undefined ? come : come.filter((row) => compareCursors(row.cursor, known) > 0)
      if (fresh.length === 0) return fresh
      newest = fresh.at(-1)?.cursor
      if (still || above > 0) putAside(fresh)
      else show(fresh)
      return fresh
    },
    /** Shows what waited. False when that cannot be done from memory: read the newest anew. */
    showWaiting() {
      if (above > 0 || !complete) return false
      show(aside)
      aside = []
      waiting = 0
      return true
    },
    /** @param {readonly Row[]} page newest first @param {boolean} more */
    addOlder(page, more) {
      rows = [...rows, ...page]
      moreOlder = more
      const tooMany = Math.max(0, rows.length - most)
      rows = rows.slice(tooMany)
      above += tooMany
    },
    /**
     * Puts lines back that were let go of at the top: ask for `above` of them at most.
     * @param {readonly Row[]} page oldest first
     */
    addNewer(page) {
      const back = page.slice(0, above)
      // Fewer than there are places: a line was none of the server's (a gap), and its place goes.
      above = back.length === 0 ? 0 : above - back.length
      show(back)
    },
  }
}

/** @typedef {ReturnType<typeof createEventWindow>} EventWindow */
