// The list and the suppressions as one has last looked at them: coming back finds the place that one left.
/** @import { App } from '../main.js' */
/** @import { Subscriber, Suppression } from './types.d.ts' */
/** @import { Looked } from '../lists/looked.js' */
import { createLooked } from '../lists/looked.js'

/** @typedef {Suppression & { key: string }} SuppressionRow an erased person has no address */

/** @type {{ subscribers: Looked<Subscriber>, suppressions: Looked<SuppressionRow> } | undefined} */
let lists

/** @param {App} app */
export function listsOf(app) {
  return (lists ??= {
    subscribers: createLooked(
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
    suppressions: createLooked(
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

/** Somebody as they are now: the list that was left shows it. @param {Subscriber} now */
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
