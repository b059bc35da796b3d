// The list and the suppressions as one has last looked at them: coming back finds the place that one left.
/** @import { App } from '../main.js' */
/** @import { Subscriber, Suppression } from './types.d.ts' */
import { createKeysetList } from '../lists/keyset.js'
import { createStore } from '../ground/store.js'

/** @typedef {Record<string, string>} Query */
/** @typedef {Suppression & { key: string }} SuppressionRow an erased person has no address */
/** @template Row @typedef {ReturnType<typeof listOf<Row>>} Looked */

/**
 * @template Row
 * @param {App} app @param {(row: Row) => string} keyOf
 * @param {(query: Record<string, unknown>, signal: AbortSignal) => Promise<{ rows: readonly Row[], next: string | null, count: number }>} read
 */
function listOf({ asking }, keyOf, read) {
  const list = createKeysetList({
    asking,
    keyOf,
    read: ({ query, place, fromEnd, limit, signal }) =>
      read({ .../** @type {Query} */ (query), limit, after: place, order: fromEnd ? 'desc' : '' }, signal),
  })
  let shown = ''
  return {
    list,
    choice: createStore(/** @type {{ row: Row | null }} */ ({ row: null })),
    /** Reads anew only what is not there already. @param {Query} query @param {boolean} [anew] */
    show(query, anew = false) {
      const asked = JSON.stringify(query)
      if (asked === shown && !anew && list.store.get().phase !== 'failed') return
      shown = asked
      list.show(query)
    },
    forget() {
      shown = ''
    },
  }
}

/** @type {{ subscribers: Looked<Subscriber>, suppressions: Looked<SuppressionRow> } | undefined} */
let lists

/** @param {App} app */
export function listsOf(app) {
  return (lists ??= {
    subscribers: listOf(
      app,
      (/** @type {Subscriber} */ { id }) => id,
      async (query, signal) => {
        const {
          count,
          subscribers: rows,
          next,
        } = /** @type {SubscribersPage} */ (await app.api.get('/subscribe', { query, signal }))
        return { count, rows, next }
      },
    ),
    suppressions: listOf(
      app,
      (/** @type {SuppressionRow} */ { key }) => key,
      async (query, signal) => {
        const page = /** @type {SuppressionsPage} */ (await app.api.get('/suppressions', { query, signal }))
        const rows = page.suppressions.map((row, index) => ({
          ...row,
          key: row.email ?? `erased ${query.order} ${query.after ?? ''} ${index}`,
        }))
        return { count: page.count, rows, next: page.next }
      },
    ),
  })
}

/** Somebody was changed here: the list that was left shows it. @param {Subscriber} now */
export function showChanged(now) {
  if (!lists) return
  lists.subscribers.list.pages.change(now.id, () => now)
  lists.subscribers.list.changed()
}

/** Whoever comes or goes changes counts and order: a list is read anew when one comes to it again. */
export function forgetLists() {
  lists?.subscribers.forget()
  lists?.suppressions.forget()
}

/** @typedef {{ count: number, subscribers: readonly Subscriber[], next: string | null }} SubscribersPage */
/** @typedef {{ count: number, suppressions: readonly Suppression[], next: string | null }} SuppressionsPage */
