// The live list's engine: what the archive has, then what the socket brings, so that nothing is missing or twice.
//
// The one rule: read the newest page first, then take from the socket only what lies after it. A changed filter goes
// to the server at once; its answer, a position, says from where on the socket keeps to it. What came before that
// place is in the archive, so the page is read then.
/** @import { Api } from './api.js' */
/** @import { Filter, Row } from './types.d.ts' */
/** @import { Connection, ConnectionState, Gap } from './client.d.ts' */
import { createReader } from './feed-reader.js'
import { createBatch } from './model/batch.js'
import { distance } from './model/cursor.js'
import { createEventWindow } from './model/event-window.js'
import { rowOf } from './model/facts.js'
import { ALL, frameOf, sameFilter } from './model/filter.js'
import { createStore } from './model/store.js'

/** Behind by more than this, reading anew is quicker than being told each event. */
const TOO_FAR_BEHIND = 10_000
/** Within this time after a filter change, every position may be the answer to it. */
const SETTLE_MS = 5000

/**
 * @typedef {object} FeedState
 * @property {Filter} filter
 * @property {'loading' | 'ready' | 'failed'} phase
 * @property {string} problem why it failed
 * @property {ConnectionState} connection
 * @property {number | null} behind events to go while catching up
 * @property {number} version goes up whenever the list shows something else
 * @property {number} reads goes up whenever the list begins anew
 * @property {number} waiting events that have come while the list is held still
 * @property {number} come so many were new when the list last changed
 * @property {boolean} paused held still by the reader's word
 * @property {number} touched goes up when something happened to the watched message
 */

/** @type {FeedState} */
const BEFORE = {
  filter: ALL,
  phase: 'loading',
  problem: '',
  connection: { state: 'connecting', attempt: 0 },
  behind: null,
  version: 0,
  reads: 0,
  waiting: 0,
  come: 0,
  paused: false,
  touched: 0,
}

/**
 * @param {object} deps
 * @param {Pick<Api, 'now' | 'events'>} deps.api
 * @param {typeof import('./client.d.ts').connect} deps.connect
 * @param {(task: () => void) => void} [deps.schedule]
 * @param {() => void} [deps.onSignedOut]
 */
export function createLiveFeed({ api, connect, schedule, onSignedOut }) {
  const list = createEventWindow()
  const store = createStore(BEFORE)
  const reader = createReader({ api, list, onProblem: (problem) => store.set({ phase: 'failed', problem }) })
  const batch = createBatch({ handOn: show, onFull, schedule })
  /** Why the list is held still: scrolled, hovered, walked through by keys, paused. @type {Set<string>} */
  const holds = new Set()
  /** @type {Connection | undefined} */
  let connection
  /** The filter was changed, and the socket still brings what the old one let through. */
  let stale = false
  let settleUntil = 0
  /** @type {string | undefined} */
  let head
  /** @type {string | null} */
  let watched = null
  /** @type {Set<(rows: readonly Row[]) => void>} */
  const listeners = new Set()

  /** @param {number} [come] */
  function changed(come = 0) {
    store.set({ version: store.get().version + 1, waiting: list.waiting, come })
  }

  async function readNewest() {
    const after = await reader.newest(store.get().filter)
    if (after === undefined) return undefined
    store.set({ phase: 'ready', problem: '', reads: store.get().reads + 1 })
    changed()
    batch.flush()
    return after
  }

  /** @param {Filter} filter */
  async function open(filter) {
    store.set({ filter, phase: 'loading' })
    const after = await readNewest()
    if (after === undefined || connection) return
    connection = connect({ ...frameOf(filter), after, onEvent, onGap, onPosition, onState })
  }

  /** @param {Filter} filter */
  async function setFilter(filter) {
    if (sameFilter(filter, store.get().filter)) return
    if (!connection) return open(filter)
    stale = true
    settleUntil = Date.now() + SETTLE_MS
    batch.clear()
    reader.cancel()
    store.set({ filter, phase: 'loading' })
    connection.filter(frameOf(filter))
    // Without a connection no answer comes; what the archive has can be shown all the same.
    if (['waiting', 'connecting'].includes(connection.state)) await readNewest()
  }

  /** @param {import('./client.d.ts').MailEvent} event */
  function onEvent(event) {
    if (!stale) batch.add(rowOf(event, api.now()))
  }

  /** @param {Gap} gap */
  function onGap({ from, to, reason }) {
    if (!stale) batch.add({ type: 'gap', cursor: to, from, reason, noticedAt: api.now() })
  }

  function onFull() {
    if (!reader.busy) return batch.flush()
    batch.clear()
    readNewest()
  }

  /** @param {Row[]} rows */
  function show(rows) {
    if (reader.busy) return batch.putBack(rows)
    const fresh = list.add(rows, holds.size > 0)
    if (head && connection?.cursor) store.set({ behind: distance(connection.cursor, head) })
    if (fresh.length === 0) return
    for (const listener of listeners) listener(fresh)
    const touches = (/** @type {Row} */ row) => row.type === 'event' && row.messageId === watched
    if (watched !== null && fresh.some(touches)) store.set({ touched: store.get().touched + 1 })
    changed(fresh.length)
  }

  function onPosition() {
    if (!stale && Date.now() > settleUntil) return
    stale = false
    readNewest()
  }

  /** @param {ConnectionState} state */
  function onState(state) {
    store.set({ connection: state })
    if (state.state === 'catching_up') {
      // Connected anew after a filter change: the filter was in the address of this connection.
      if (stale) onPosition()
      measure()
    } else {
      head = undefined
      store.set({ behind: null })
    }
    if (state.state === 'closed' && state.code === 4401) onSignedOut?.()
  }

  /** How far it is to the head; when it is very far, the list begins anew there. */
  async function measure() {
    const newest = await reader.headOfFeed().catch(() => undefined)
    if (!newest || !connection?.cursor || store.get().connection.state !== 'catching_up') return
    const behind = distance(connection.cursor, newest)
    if (behind > TOO_FAR_BEHIND) {
      const after = await readNewest()
      if (after) connection.seek(after)
      return
    }
    head = newest
    store.set({ behind })
  }

  function showWaiting() {
    if (list.waiting === 0) return
    if (list.showWaiting()) changed()
    else readNewest()
  }

  return {
    list,
    store,
    open,
    setFilter,
    /** Fetches what lies below the list, when there is something. */
    async loadOlder() {
      if (await reader.older(store.get().filter)) changed()
    },
    /** Fetches again what the list let go of at its top. */
    async loadNewer() {
      if (await reader.newer(store.get().filter)) changed()
    },
    /**
     * Holds the list still for a reason, or lets go of that reason.
     * @param {'scroll' | 'hover' | 'keys' | 'pause'} reason
     * @param {boolean} on
     */
    hold(reason, on) {
      if (holds.has(reason) === on) return
      if (on) holds.add(reason)
      else holds.delete(reason)
      if (reason === 'pause') store.set({ paused: on })
      if (holds.size === 0) showWaiting()
    },
    /** Lets go of every hold: the newest, now. */
    showNewest() {
      holds.clear()
      store.set({ paused: false })
      if (list.above > 0) readNewest()
      else showWaiting()
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
    retryNow: () => connection?.retryNow(),
    close() {
      reader.cancel()
      connection?.close()
    },
  }
}

/** @typedef {ReturnType<typeof createLiveFeed>} LiveFeed */
