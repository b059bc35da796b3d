// How much is going on: events a minute and when the last one came. The hub's own counts, and counted on from what the
// socket brings while that is everything there is.
/** @import { Api } from '../../ground/api.js' */
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Row } from '../../types.d.ts' */
import { createRates } from './rates.js'
import { createStore } from '../../ground/store.js'

export const CHART_MINUTES = 60
const LOOK_EVERY_MS = 10_000
/** While this page counts by itself, the hub's word is asked for less often. */
const RECOUNT_EVERY_MS = 60_000
/** Numbers that change faster cannot be read. */
const TELL_EVERY_MS = 250
/** Counts older than this, and not counted on, are no rate of now. */
const FRESH_MS = 25_000
const MINUTE = 60_000

/**
 * @typedef {object} PulseState
 * @property {number | null} lastAt when the last event came, as far as this page has seen
 * @property {number} version goes up whenever a rate has changed
 */

/**
 * @param {object} deps
 * @param {Pick<Api, 'now' | 'stats'>} deps.api
 * @param {Asking} deps.asking
 * @param {() => boolean} deps.seesAll the socket brings every event, and as it happens
 */
export function createPulse({ api, asking, seesAll }) {
  const rates = createRates()
  const store = createStore(/** @type {PulseState} */ ({ lastAt: null, version: 0 }))
  const counts = asking.question(recount)
  let loaded = false
  let lastAt = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer

  /** @param {AbortSignal} signal */
  async function recount(signal) {
    const minutes = loaded ? 3 : CHART_MINUTES
    const since = api.now() - (minutes - 1) * MINUTE
    rates.load(await api.stats(minutes, signal), since)
    loaded = true
    store.set({ version: store.get().version + 1 })
    return true
  }

  function tell() {
    telling = undefined
    store.set({ lastAt, version: store.get().version + 1 })
  }

  function look() {
    const { at, state } = counts.store.get()
    const age = api.now() - (at ?? 0)
    if (document.hidden || state !== 'here') return
    if (!seesAll() || age >= RECOUNT_EVERY_MS) counts.ask()
  }

  return {
    rates,
    store,
    /** Whether the hub's counts are to be had. */
    counts,
    /** Null: nobody knows. @param {number} now */
    perMinute(now) {
      const { at, state } = counts.store.get()
      const known = at !== null && (seesAll() || (state === 'here' && now - at < FRESH_MS))
      return known ? rates.perMinute(now) : null
    },
    start() {
      counts.ask()
      timer ??= setInterval(look, LOOK_EVERY_MS)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      counts.close()
    },
    /** @param {readonly Row[]} rows */
    count(rows) {
      lastAt = api.now()
      if (seesAll()) for (const row of rows) if (row.type === 'event') rates.add(row.kind, lastAt)
      telling ??= setTimeout(tell, TELL_EVERY_MS)
    },
  }
}

/** @typedef {ReturnType<typeof createPulse>} Pulse */
