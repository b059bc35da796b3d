// A list that is read page by page, as one looks at it: the first page, what follows, and what was let go of.
/** @import { Asking } from '../ground/asking.js' */
import { createRetry, failureOf } from '../ground/asking.js'
import { createPages } from './pages.js'
import { createStore } from '../ground/store.js'

const PAGE = 200
/** The most that the API gives at once. */
const MOST = 1000
/** So many rows before its end, the list reads on. */
const AHEAD = 40

/**
 * @template Row
 * @typedef {{ rows: readonly Row[], next: string | null, count?: number }} Page
 */
/**
 * @typedef {object} ListState
 * @property {'asking' | 'here' | 'failed'} phase of the beginning; rows of before may be there in each
 * @property {string} problem why the beginning could not be read
 * @property {boolean} final it is not asked again by itself: the answer would be the same
 * @property {boolean} begun it shows what has come since, and what came before is still to be read
 * @property {string} trouble why a further page could not be read
 * @property {boolean} ending the end is being read
 * @property {number} ends goes up whenever the end is there to go to
 * @property {number | null} at when the beginning was read
 * @property {number | null} count of all rows, where the hub tells
 * @property {number} reads goes up whenever the list begins anew
 * @property {number} version goes up whenever it shows something else
 */

/** @type {ListState} */
const BEFORE = {
  phase: 'asking',
  problem: '',
  final: false,
  begun: false,
  trouble: '',
  ending: false,
  ends: 0,
  at: null,
  count: null,
  reads: 0,
  version: 0,
}

/**
 * @template Row, Query
 * @template {{ rows: readonly Row[], next: string | null, count?: number }} Page
 * @param {object} options
 * @param {(ask: { query: Query, place: string | null, fromEnd: boolean, limit: number, signal: AbortSignal }) => Promise<Page>} options.read
 *   a page; `place` null: the first one, else the `next` of the page before it; `fromEnd`: the last one first
 * @param {(row: Row) => string} options.keyOf
 * @param {Asking} options.asking
 * @param {number} [options.limit] rows of a page
 * @param {(above: Row, below: Row) => number | null} [options.between] how many lie between two rows, where that can be told
 */
export function createKeysetList({ read, keyOf, asking, limit = PAGE, between = () => null }) {
  /** @type {import('./pages.js').Pages<Row>} */
  const pages = createPages(keyOf)
  const store = createStore(BEFORE)
  /** @type {Query | undefined} */
  let query
  /** The reading of the beginning; those of all other pages end with it. @type {AbortController | undefined} */
  let reading
  let fetching = false
  let readsFirst = false
  let readsEnd = false
  let sight = { first: 0, end: 0 }
  /** @type {((page: Page | undefined) => void) | undefined} */
  let arrived
  /** Where the list was begun without its first page, and what of that one belongs below. @type {{ place: string | null, restOf: (page: Page) => readonly Row[] | undefined } | undefined} */
  let start
  const again = createRetry(readFirst)
  const further = createRetry(() => (store.get().ending ? toEnd() : need(sight.first, sight.end)))
  const forget = asking.onWake(() => {
    if (again.waits) again.now()
    if (further.waits) further.now()
  })

  /** What is under way is out of date; until `show` is called the list waits for it. */
  function hold() {
    reading?.abort()
    again.cancel()
    further.worked()
    arrived?.(undefined)
    arrived = undefined
    store.set({ phase: 'asking', problem: '', final: false, begun: false, trouble: '', ending: false })
  }

  /**
   * Begins anew. Resolves with the first page once it is there, however many tries it takes, or with nothing when
   * something else was asked for meanwhile.
   * @param {Query} [next]
   * @returns {Promise<Page | undefined>}
   */
  function show(next = query) {
    hold()
    query = next
    const { promise, resolve } = /** @type {PromiseWithResolvers<Page | undefined>} */ (
      Promise.withResolvers()
    )
    arrived = resolve
    readFirst()
    return promise
  }

  async function readFirst() {
    reading?.abort()
    const mine = (reading = new AbortController())
    readsFirst = true
    try {
      const ask = { query: /** @type {Query} */ (query), limit, signal: mine.signal }
      const page = await read({ ...ask, place: null, fromEnd: false })
      if (mine !== reading || mine.signal.aborted) return
      readsFirst = false
      if (store.get().begun) return join(page)
      again.worked()
      pages.reset(page.rows, page.next)
      beginning({ count: page.count ?? null })
      arrived?.(page)
      arrived = undefined
    } catch (error) {
      if (mine !== reading || mine.signal.aborted) return
      readsFirst = false
      if (store.get().begun) return troubled(error)
      const { problem, final } = failureOf(error)
      store.set({ phase: 'failed', problem, final })
      if (!final) again.later(error)
    }
  }

  /** @param {Partial<ListState>} more */
  function beginning(more) {
    const told = { phase: /** @type {const} */ ('here'), problem: '', final: false, at: asking.clock() }
    changed({ ...told, reads: store.get().reads + 1, ...more })
  }

  /**
   * Begins with nothing but what is put in from now on: the first page takes its time, or cannot be had. What came
   * before is put below as soon as it can be read.
   * @param {string | null} place the word that reads it; null: nothing came before
   * @param {(page: Page) => readonly Row[] | undefined} restOf what of it is in a first page that was asked for earlier; undefined: perhaps not all
   */
  function begin(place, restOf) {
    again.worked()
    arrived?.(undefined)
    arrived = undefined
    start = { place, restOf }
    pages.reset([], place)
    const { problem } = store.get()
    beginning({ begun: place !== null, problem, trouble: problem })
    if (problem) further.later()
  }

  /** The first page is there, after the list was begun. @param {Page} page */
  function join(page) {
    const rows = start?.restOf(page)
    if (!start || !rows || (rows.length === 0 && page.next !== null)) return changed()
    pages.append({ place: start.place, fromEnd: false }, rows, page.next)
    changed({ begun: false })
  }

  /** A further page could not be had. @param {unknown} error */
  function troubled(error) {
    const { problem, final } = failureOf(error)
    store.set({ trouble: problem, ...(store.get().begun && { problem, final }) })
    if (!final) further.later(error)
  }

  /**
   * Somebody looks at these places: reads what is missing there, and what follows soon.
   * @param {number} first
   * @param {number} end
   */
  async function need(first, end) {
    sight = { first, end }
    if (fetching || readsFirst || further.waits || store.get().phase !== 'here' || !reading) return
    const missing = pages.missing(first, end)
    const edge = missing ? undefined : pages.edge(first, end, AHEAD)
    const { place, fromEnd = false } = missing ?? edge ?? { place: undefined }
    if (place === undefined) return
    fetching = true
    const { signal } = reading
    try {
      const ask = { query: /** @type {Query} */ (query), place, fromEnd, signal }
      const page = await read({ ...ask, limit: Math.min(MOST, missing?.count ?? limit) })
      if (signal.aborted) return
      const rows = fromEnd ? page.rows.toReversed() : page.rows
      if (missing) pages.fill(missing, rows, page.next)
      else if (edge) pages.append(edge, rows, page.next)
      pages.letGo(sight.first, sight.end)
      further.worked()
      changed({ trouble: '', problem: '', final: false, begun: false })
    } catch (error) {
      if (!signal.aborted) troubled(error)
    } finally {
      fetching = false
    }
  }

  /** Somebody goes to the end: it is read from there, and what lies between stays unread. */
  async function toEnd() {
    if (store.get().phase !== 'here' || !reading) return
    const isThere = pages.next === null || pages.hole !== -1
    if (isThere) return arrive()
    store.set({ ending: true })
    if (readsEnd) return
    readsEnd = true
    const { signal } = reading
    try {
      const ask = { query: /** @type {Query} */ (query), place: null, fromEnd: true, limit, signal }
      const page = await read(ask)
      if (signal.aborted) return
      pages.end(page.rows.toReversed(), page.next)
      further.worked()
      changed({ trouble: '' })
      if (store.get().ending) arrive()
    } catch (error) {
      if (!signal.aborted && store.get().ending) troubled(error)
    } finally {
      readsEnd = false
    }
  }

  function arrive() {
    store.set({ ending: false, ends: store.get().ends + 1 })
  }

  /** The pages were changed by hand. @param {Partial<ListState>} [more] */
  function changed(more = {}) {
    store.set({ ...more, version: store.get().version + 1 })
  }

  return {
    pages,
    store,
    keyOf,
    show,
    begin,
    hold,
    need,
    toEnd,
    /** Whoever has gone elsewhere does not go to the end any more. */
    stay() {
      if (store.get().ending) store.set({ ending: false, trouble: '' })
    },
    /** How many rows lie in the hole; null: nobody knows. */
    get between() {
      const { count } = store.get()
      const [above, below] = pages.besideHole
      if (count !== null) return Math.max(0, count - pages.size + 1)
      return above && below ? between(above, below) : null
    },
    changed,
    /** Tries again now, whatever it was that failed. */
    retry() {
      if (store.get().phase === 'failed') readFirst()
      else further.now()
    },
    close() {
      hold()
      forget()
    },
  }
}

/**
 * @template Row
 * @typedef {object} KeysetRows what the part that shows a list needs of it
 * @property {import('./pages.js').Pages<Row>} pages
 * @property {import('../types.d.ts').Store<ListState>} store
 * @property {(row: Row) => string} keyOf
 * @property {(first: number, end: number) => unknown} need
 * @property {() => unknown} toEnd
 * @property {() => void} stay
 * @property {number | null} between
 * @property {() => void} retry
 */
