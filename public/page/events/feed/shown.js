// What is shown of what comes: it goes above the list, or aside while that is held still. Whoever listens is told.
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Filter, Row, Store } from '../../types.d.ts' */
/** @import { FeedState } from './live-feed.js' */
import { createAside } from './aside.js'
import { compareCursors, distance, following, later } from './cursor.js'
import { fits, isAll } from '../filter/filter.js'
import { createKeysetList } from '../../lists/keyset.js'

/** So many rows are kept while the list flows: the older ones are read again when one goes there. */
const MOST_FLOWING = 4000

/** @typedef {{ rows: readonly Row[], next: string | null, head?: string }} Page `head`: where the feed ended before it was read */

/**
 * @param {object} deps
 * @param {(ask: { query: Filter, place: string | null, fromEnd: boolean, limit: number, signal: AbortSignal }) => Promise<Page>} deps.read
 * @param {Asking} deps.asking
 * @param {Store<FeedState>} deps.store
 * @param {() => unknown} deps.onTooMany more has come aside than was kept
 */
export function createShown({ read, asking, store, onTooMany }) {
  const list = createKeysetList({
    read,
    asking,
    keyOf: (/** @type {Row} */ row) => row.cursor,
    // The sequence has no holes.
    between: (above, below) =>
      isAll(store.get().filter) ? Math.max(0, distance(below.cursor, above.cursor) - 1) : null,
  })
  const aside = createAside({ onFree: showWaiting })
  /** @type {string | null} */
  let watched = null
  /** @type {Set<(rows: readonly Row[]) => void>} */
  const listeners = new Set()

  /** @param {number} [come] */
  function changed(come = 0) {
    store.set({ waiting: aside.waiting, come })
    list.changed()
  }

  /** @param {readonly Row[]} fresh oldest first */
  function flow(fresh) {
    list.pages.prepend(fresh.toReversed())
    list.pages.cut(MOST_FLOWING)
  }

  function showWaiting() {
    if (aside.waiting === 0) return
    const kept = aside.take()
    if (!kept) return onTooMany()
    flow(kept)
    changed()
  }

  /** All up to there is shown, or out of date. @param {string | undefined} place */
  function reset(place) {
    aside.reset(place)
    changed()
  }

  return {
    list,
    /** The newest that ever came, shown or not. */
    get newest() {
      return aside.newest
    },
    isHere: () => list.store.get().phase === 'here',
    reset,
    /** Shows what comes after a place, and below it, once that can be had, what came before. @param {string} place */
    begin(place) {
      list.begin(following(place), ({ rows, head }) => {
        const reach = later(head, rows[0]?.cursor)
        // It may have been asked for before the socket was there.
        if (reach === undefined || compareCursors(reach, place) < 0) return undefined
        return rows.filter((row) => compareCursors(row.cursor, place) <= 0)
      })
      reset(place)
    },
    /** @param {readonly Row[]} rows oldest first; what is known already, or does not fit, is passed over */
    put(rows) {
      const { filter, touched } = store.get()
      const fresh = aside.fresh(rows).filter((row) => fits(filter, row))
      if (fresh.length === 0) return
      for (const listener of listeners) listener(fresh)
      const touches = (/** @type {Row} */ row) => row.type === 'event' && row.messageId === watched
      if (watched !== null && fresh.some(touches)) store.set({ touched: touched + 1 })
      if (aside.isHeld) aside.put(fresh)
      else flow(fresh)
      changed(fresh.length)
    },
    /** Holds the list still for a reason, or lets go of that reason. @param {Parameters<typeof aside.hold>} why */
    hold(...why) {
      aside.hold(...why)
      store.set({ paused: aside.isPaused })
    },
    /** Lets go of every hold: the newest, now. */
    showNewest() {
      store.set({ paused: false })
      aside.free()
    },
    /**
     * Each row once, as it comes over the socket.
     * @param {(rows: readonly Row[]) => void} listener
     * @returns {() => void} stops it
     */
    onRows(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** @param {string | null} messageId */
    watch(messageId) {
      watched = messageId
    },
  }
}
