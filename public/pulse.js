// How the hub is doing: events a minute, age of the last event, refused webhooks. Asked now and then, and counted on
// from what the socket brings while that is everything there is.
/** @import { Api } from './api.js' */
/** @import { Row, Setup } from './types.d.ts' */
import { createRates } from './model/rates.js'
import { createStore } from './model/store.js'

export const CHART_MINUTES = 60
const ASK_EVERY_MS = 10_000
/** While this page counts by itself, the server's word is asked for less often. */
const RECOUNT_EVERY_MS = 60_000
/** Numbers that change faster cannot be read. */
const TELL_EVERY_MS = 250
const MINUTE = 60_000

/**
 * @typedef {object} PulseState
 * @property {Setup | null} setup
 * @property {string} problem why the hub could not be asked, the last time
 * @property {number | null} lastAt when the hub took its last event
 * @property {number} version goes up whenever a rate has changed
 */

/**
 * @param {object} deps
 * @param {Pick<Api, 'now' | 'stats' | 'setup'>} deps.api
 * @param {() => boolean} deps.seesAll the socket brings every event, and as it happens
 */
export function createPulse({ api, seesAll }) {
  const rates = createRates()
  const store = createStore(
    /** @type {PulseState} */ ({ setup: null, problem: '', lastAt: null, version: 0 }),
  )
  let recountedAt = 0
  let lastAt = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer

  function changed() {
    store.set({ version: store.get().version + 1 })
  }

  function tell() {
    telling = undefined
    store.set({ lastAt })
    changed()
  }

  /** @param {number} minutes */
  async function recount(minutes) {
    recountedAt = Date.now()
    const since = api.now() - (minutes - 1) * MINUTE
    rates.load(await api.stats(minutes), since)
    changed()
  }

  // Never throws: the next time will do, and what the page shows meanwhile says how old it is.
  async function askSetup() {
    try {
      const setup = await api.setup()
      lastAt = Math.max(lastAt, Date.parse(setup.last_event_at ?? '') || 0)
      store.set({ setup, problem: '', lastAt: lastAt || null })
    } catch (error) {
      store.set({ problem: error instanceof Error ? error.message : String(error) })
    }
  }

  /** @param {number} [minutes] */
  async function refresh(minutes = CHART_MINUTES) {
    await Promise.all([recount(minutes), askSetup()]).catch(() => {})
  }

  function tick() {
    if (document.hidden) return
    if (seesAll() && Date.now() - recountedAt < RECOUNT_EVERY_MS) askSetup()
    else refresh(3)
  }

  return {
    rates,
    store,
    refresh,
    askSetup,
    start() {
      refresh()
      timer ??= setInterval(tick, ASK_EVERY_MS)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
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
