// The live list's engine: what the archive has, then what the socket brings, so that nothing is missing or twice.
//
// The one rule: read the newest page first, then take from the socket only what lies after it. A changed filter goes
// to the server at once; its answer, a position, says from where on the socket keeps to it. What came before that
// place is in the archive, so the page is read then.
/** @import { Api } from '../../ground/api.js' */
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Filter, Row } from '../../types.d.ts' */
/** @import { Connection, ConnectionState, Gap, MailEvent } from '../../../client.d.ts' */
import { createAside } from './aside.js'
import { createBatch } from './batch.js'
import { compareCursors, distance, later } from './cursor.js'
import { rowOf, storedRow } from '../facts.js'
import { ALL, fits, frameOf, isAll, queryOf, sameFilter } from '../filter.js'
import { createStore } from '../../ground/store.js'
import { createKeysetList } from '../../lists/keyset.js'
import { createPolling } from './polling.js'

/** Behind by more than this, reading anew is quicker than being told each event. */
const TOO_FAR_BEHIND = 10_000
/** Within this time after a filter change, every position may be the answer to it. */
const SETTLE_MS = 5000
/** An archive that has not answered by then keeps nobody from what happens now. */
const PATIENCE_MS = 1000
/** So many rows are kept while the list flows: the older ones are read again when one goes there. */
const MOST_FLOWING = 4000

/**
 * @typedef {object} FeedState
 * @property {Filter} filter
 * @property {ConnectionState} connection
 * @property {boolean} polls no socket gets through: the hub is asked every few seconds instead
 * @property {number | null} behind events to go while catching up
 * @property {number} waiting events that have come while the list is held still
 * @property {number} come so many were new when the list last changed
 * @property {boolean} paused held still by the word of whoever looks
 * @property {number} touched goes up when something happened to the watched message
 */

/** @type {FeedState} */
const BEFORE = {
  filter: ALL,
  connection: { state: 'connecting', attempt: 0 },
  polls: false,
  behind: null,
  waiting: 0,
  come: 0,
  paused: false,
  touched: 0,
}

/**
 * @param {object} deps
 * @param {Pick<Api, 'now' | 'events'>} deps.api
 * @param {Asking} deps.asking
 * @param {typeof import('../../../client.d.ts').connect} deps.connect
 * @param {(campaign: import('../../../client.d.ts').Campaign) => void} [deps.onCampaign]
 * @param {(setup: import('../../../client.d.ts').Setup) => void} [deps.onSetup]
 * @param {(task: () => void) => void} [deps.schedule]
 * @param {() => void} [deps.onSignedOut]
 */
export function createLiveFeed({ api, asking, connect, onCampaign, onSetup, schedule, onSignedOut }) {
  const store = createStore(BEFORE)
  const list = createKeysetList({
    read,
    asking,
    keyOf: (/** @type {Row} */ row) => row.cursor,
    // The sequence has no holes.
    between: (above, below) =>
      isAll(store.get().filter) ? Math.max(0, distance(below.cursor, above.cursor) - 1) : null,
  })
  const aside = createAside()
  const batch = createBatch({ handOn: showAll, onFull, schedule })
  const polling = createPolling({ read: poll, onState: (polls) => store.set({ polls }), tryNow })
  /** Why the list is held still: scrolled, hovered, walked through by keys, paused. @type {Set<string>} */
  const holds = new Set()
  /** @type {Connection | undefined} */
  let connection
  /** The filter was changed, and the socket still brings what the old one let through. */
  let stale = false
  let settleUntil = 0
  /** The socket has brought all that lies after this place. @type {string | undefined} */
  let from
  /** @type {string | undefined} */
  let head
  /** @type {string | null} */
  let watched = null
  /** @type {Set<(rows: readonly Row[]) => void>} */
  const listeners = new Set()

  /** @param {{ query: Filter, place: string | null, fromEnd: boolean, limit: number, signal: AbortSignal }} ask */
  async function read({ query: filter, place, fromEnd, limit, signal }) {
    // With a filter: the head, read first, so that the socket need not look through all that did not match.
    const isFirst = place === null && !fromEnd
    const at = isFirst && !isAll(filter) ? await headOfFeed(signal) : undefined
    const page = fromEnd ? { limit, after: place ?? '0' } : { limit, before: place }
    const { events, next } = await api.events({ ...queryOf(filter), ...page }, signal)
    return { rows: events.map(storedRow), next, head: at }
  }

  /** @param {AbortSignal} [signal] */
  async function headOfFeed(signal) {
    return (await api.events({ limit: 1 }, signal)).events[0]?.cursor
  }

  /** @param {number} [come] */
  function changed(come = 0) {
    store.set({ waiting: aside.waiting, come })
    list.changed()
  }

  async function readNewest() {
    const page = await list.show(store.get().filter)
    if (!page) return undefined
    aside.reset(page.rows[0]?.cursor)
    changed()
    const after = later(page.head, aside.newest) ?? '0'
    const isMissing = connection && (from === undefined || compareCursors(after, from) < 0)
    if (isMissing) {
      from = after
      batch.clear()
      connection?.seek(after)
    } else batch.flush()
    return after
  }

  /** @param {Filter} filter */
  async function open(filter) {
    store.set({ filter })
    const late = setTimeout(join, PATIENCE_MS)
    const forget = list.store.subscribe(() => list.store.get().phase === 'failed' && join())
    const after = await readNewest()
    clearTimeout(late)
    forget()
    if (after !== undefined) join(after)
  }

  /** @param {string} [after] without it: from now on; what lies between is had once the newest page is there */
  function join(after) {
    if (connection) return
    from = after
    const { filter } = store.get()
    connection = connect({
      ...frameOf(filter),
      data: false,
      after,
      onEvent,
      onGap,
      onPosition,
      onState,
      onCampaign,
      onSetup,
    })
  }

  /** @param {Filter} filter */
  async function setFilter(filter) {
    if (sameFilter(filter, store.get().filter)) return store.set({ filter })
    if (!connection) return open(filter)
    stale = true
    settleUntil = performance.now() + SETTLE_MS
    batch.clear()
    list.hold()
    store.set({ filter })
    connection.filter(frameOf(filter))
    // Without a connection no answer comes; what the archive has can be shown all the same.
    if (['waiting', 'connecting'].includes(connection.state)) await readNewest()
  }

  /** @param {MailEvent} event */
  function onEvent(event) {
    if (!stale) batch.add(rowOf(event, api.now()))
  }

  /** @param {Gap} gap */
  function onGap({ to, reason }) {
    if (stale) return
    // What the feed no longer keeps is in the archive all the same.
    if (reason === 'expired') readNewest()
    else batch.add({ type: 'gap', cursor: to, noticedAt: api.now() })
  }

  function isHere() {
    return list.store.get().phase === 'here'
  }

  function onFull() {
    if (isHere()) return batch.flush()
    batch.clear()
    from = connection?.cursor
  }

  /** @param {Row[]} rows oldest first */
  function showAll(rows) {
    if (!isHere()) return batch.putBack(rows)
    const { filter } = store.get()
    const fresh = aside.fresh(rows).filter((row) => fits(filter, row))
    if (head && connection?.cursor) store.set({ behind: distance(connection.cursor, head) })
    if (fresh.length === 0) return
    for (const listener of listeners) listener(fresh)
    const touches = (/** @type {Row} */ row) => row.type === 'event' && row.messageId === watched
    if (watched !== null && fresh.some(touches)) store.set({ touched: store.get().touched + 1 })
    if (holds.size > 0) aside.put(fresh)
    else flow(fresh)
    changed(fresh.length)
  }

  /** @param {readonly Row[]} fresh oldest first */
  function flow(fresh) {
    list.pages.prepend(fresh.toReversed())
    list.pages.cut(MOST_FLOWING)
  }

  function onPosition() {
    if (!stale && performance.now() > settleUntil) return
    stale = false
    readNewest()
  }

  /** @param {ConnectionState} state */
  function onState(state) {
    store.set({ connection: state })
    if (state.state === 'catching_up') {
      from ??= state.cursor
      // Connected anew after a filter change: the filter was in the address of this connection.
      if (stale) onPosition()
      measure()
    } else {
      head = undefined
      store.set({ behind: null })
    }
    if (state.state === 'catching_up' || state.state === 'live') asking.wake()
    polling.follow(state)
    if (state.state === 'closed' && state.code === 4401) onSignedOut?.()
  }

  /** How far it is to the head; when it is very far, the list begins anew there. */
  async function measure() {
    const newest = await headOfFeed().catch(() => undefined)
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

  function tryNow() {
    connection?.retryNow()
  }

  /** What the socket would have brought. */
  async function poll() {
    // Without its newest page the list begins nowhere: it is enough to know that the hub answers.
    if (!isHere()) return void (await headOfFeed())
    stale = false
    const { filter } = store.get()
    const after = aside.newest ?? connection?.cursor ?? '0'
    const { events } = await api.events({ ...queryOf(filter), limit: 1000, after })
    if (sameFilter(filter, store.get().filter)) for (const event of events) batch.add(storedRow(event))
  }

  function showWaiting() {
    if (aside.waiting === 0) return
    const kept = aside.take()
    if (!kept) return void readNewest()
    flow(kept)
    changed()
  }

  return {
    list,
    store,
    open,
    setFilter,
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
      showWaiting()
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
    /** What comes is all that the filter lets through, and comes as it happens. */
    seesAll: () => store.get().connection.state === 'live' && !stale && isHere(),
    /** @param {string | null} messageId */
    watch(messageId) {
      watched = messageId
    },
    retryNow: tryNow,
    close() {
      list.close()
      polling.stop()
      connection?.close()
    },
  }
}

/** @typedef {ReturnType<typeof createLiveFeed>} LiveFeed */
