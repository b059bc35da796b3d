// A list as one has last looked at it: the way back finds the place that one left.
/** @import { Asking } from '../ground/asking.js' */
import { createKeysetList } from './keyset.js'
import { stepHere } from '../ground/router.js'
import { createStore } from '../ground/store.js'

/** @typedef {Record<string, string>} Query */
/** @template Row @typedef {ReturnType<typeof createLooked<Row>>} Looked */

/**
 * @template Row
 * @param {{ asking: Asking }} app @param {(row: Row) => string} keyOf
 * @param {(query: Record<string, unknown>, signal: AbortSignal) => Promise<{ rows: readonly Row[], next: string | null, count?: number }>} read
 * @param {number} [limit] rows of a page
 */
export function createLooked({ asking }, keyOf, read, limit) {
  const list = createKeysetList({
    asking,
    keyOf,
    limit,
    read: ({ query, place, fromEnd, limit, signal }) =>
      read({ .../** @type {Query} */ (query), limit, after: place, order: fromEnd ? 'desc' : '' }, signal),
  })
  let shown = ''
  return {
    list,
    choice: createStore(/** @type {{ row: Row | null }} */ ({ row: null })),
    /** On the way back what was read is still there. @param {Query} query @param {boolean} [anew] */
    show(query, anew = false) {
      const asked = JSON.stringify([stepHere(), query])
      if (asked === shown && !anew && list.store.get().phase !== 'failed') return
      shown = asked
      list.show(query)
    },
    forget() {
      shown = ''
    },
  }
}
