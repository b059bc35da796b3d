// The live list's engine: what the archive has, then what the socket brings, so that nothing is missing or twice.
//
// The one rule: read the newest page first, then take from the socket only what lies after it. A changed filter goes
// to the server at once; its answer, a position, says from where on the socket keeps to it. What came before that
// place is in the archive, so the page is read then.
//
// An archive that takes its time, or cannot be read, keeps nobody from what happens now: the list then begins where the
// socket does, and what came before goes below it once it can be had.
/** @import { Api } from '../../ground/api.js' */
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Filter, Row } from '../../types.d.ts' */
/** @import { Connection, ConnectionState, Gap, MailEvent } from '../../../client.d.ts' */
import { createArchive } from './archive.js'
import { createBatch } from './batch.js'
import { distance, later } from './cursor.js'
import { rowOf } from '../facts.js'
import { ALL, frameOf, sameFilter } from '../filter/filter.js'
import { createStore } from '../../ground/store.js'
import { createPolling } from './polling.js'
import { createShown } from './shown.js'

/** Behind by more than this, reading anew is quicker than being told each event. */
const TOO_FAR_BEHIND = 10_000
/** Within this time after a filter change, every position may be the answer to it. */
const SETTLE_MS = 5000
/** An archive that has not answered by then is not waited for. */
const PATIENCE_MS = 1000
/** Who has caught up by then need not know how much that was. */
const MEASURE_MS = 300

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
  const archive = createArchive(api)
  const shown = createShown({ read: (ask) => archive.page(ask, from), asking, store, onTooMany: readNewest })
  const { list, isHere } = shown
  const batch = createBatch({ handOn: showAll, onFull, schedule })
  const polling = createPolling({ read: poll, onState: (polls) => store.set({ polls }), tryNow })
  /** @type {Connection | undefined} */
  let connection
  /** The filter was changed, and the socket still brings what the old one let through. */
  let stale = false
  let settleUntil = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let unanswered
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let measuring
  /** The socket has brought all that lies after this place. @type {string | undefined} */
  let from
  /** The list begins there, as soon as that is known. */
  let isDue = false
  /** @type {string | undefined} */
  let head

  async function readNewest() {
    const late = setTimeout(beginHere, PATIENCE_MS)
    const forget = list.store.subscribe(() => {
      const { phase, final } = list.store.get()
      if (phase !== 'failed') return
      if (final) join()
      else beginHere()
    })
    const page = await list.show(store.get().filter)
    clearTimeout(late)
    forget()
    if (!page) return undefined
    isDue = false
    shown.reset(page.rows[0]?.cursor)
    const after = later(page.head, shown.newest) ?? '0'
    // Not by its life: where nothing has come since a restart, the newest event is of the one before.
    const isMissing = connection && (from === undefined || distance(after, from) > 0)
    if (isMissing) {
      from = after
      // The socket begins anew, and with this filter.
      settleUntil = 0
      batch.clear()
      connection?.seek(after)
    } else batch.flush()
    return after
  }

  /** With what the socket brings from now on. */
  function beginHere() {
    join()
    const place = later(from, shown.newest)
    isDue = place === undefined
    if (place === undefined) return
    shown.begin(place)
    batch.flush()
  }

  /** @param {Filter} filter */
  async function open(filter) {
    store.set({ filter })
    const after = await readNewest()
    if (after !== undefined) join(after)
  }

  /** @param {string} [after] without it: from now on */
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
    from = connection.cursor
    store.set({ filter })
    connection.filter(frameOf(filter))
    clearTimeout(unanswered)
    // Without a connection no answer comes; what the archive has can be shown all the same.
    if (['waiting', 'connecting'].includes(connection.state)) await readNewest()
    else unanswered = setTimeout(readNewest, PATIENCE_MS)
  }

  /** @param {MailEvent} event */
  function onEvent(event) {
    if (!stale) batch.add(rowOf(event, api.now()))
  }

  /** @param {Gap} gap */
  function onGap({ to, reason }) {
    if (stale) return
    // What the feed no longer keeps is in the archive all the same.
    if (reason === 'expired') {
      from = to
      readNewest()
    } else batch.add({ type: 'gap', cursor: to, noticedAt: api.now() })
  }

  function onFull() {
    if (isHere()) return batch.flush()
    batch.clear()
    from = connection?.cursor
  }

  /** @param {Row[]} rows oldest first */
  function showAll(rows) {
    if (!isHere()) return batch.putBack(rows)
    if (head && connection?.cursor) store.set({ behind: distance(connection.cursor, head) })
    shown.put(rows)
  }

  /** @param {{ cursor: string }} position */
  function onPosition({ cursor }) {
    // Nothing has come since the last one: whichever of them was the answer, the page that it led to is the same.
    if (!stale && (performance.now() > settleUntil || cursor === from)) return
    stale = false
    clearTimeout(unanswered)
    from = cursor
    shown.reset(cursor)
    readNewest()
  }

  /** @param {ConnectionState} state */
  function onState(state) {
    store.set({ connection: state })
    clearTimeout(measuring)
    if (state.state === 'catching_up') {
      from ??= state.cursor
      // Connected anew after a filter change: the filter was in the address of this connection.
      if (stale) onPosition(state)
      else if (isDue) beginHere()
      measuring = setTimeout(measure, MEASURE_MS)
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
    const newest = await archive.head().catch(() => undefined)
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
    if (!isHere()) return void (await archive.head())
    stale = false
    const { filter } = store.get()
    const after = shown.newest ?? connection?.cursor ?? '0'
    const rows = await archive.since(filter, after)
    if (sameFilter(filter, store.get().filter)) for (const row of rows) batch.add(row)
  }

  return {
    list,
    store,
    open,
    setFilter,
    hold: shown.hold,
    showNewest: shown.showNewest,
    onRows: shown.onRows,
    watch: shown.watch,
    /** What comes is all that the filter lets through, and comes as it happens. */
    seesAll: () => store.get().connection.state === 'live' && !stale && isHere(),
    retryNow: tryNow,
    close() {
      clearTimeout(unanswered)
      clearTimeout(measuring)
      list.close()
      polling.stop()
      connection?.close()
    },
  }
}

/** @typedef {ReturnType<typeof createLiveFeed>} LiveFeed */
