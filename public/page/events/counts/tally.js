// How many events there were, step by step: the hub's own counts, and counted on from what the socket brings while that is
// everything there is.
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Row, Stats } from '../../types.d.ts' */
import { createRates } from './rates.js'
import { createStore } from '../../ground/store.js'

const LOOK_EVERY_MS = 10_000
/** While this page counts by itself, the hub's word is asked for less often. */
const RECOUNT_EVERY_MS = 60_000
/** What the hub counted and what was counted here are told apart by two clocks: so much is asked for once more. */
const AGAIN_MS = 120_000
/** Numbers that change faster cannot be read. */
const TELL_EVERY_MS = 250

/**
 * @param {object} deps
 * @param {Asking} deps.asking
 * @param {() => number} deps.now
 * @param {(since: number, signal: AbortSignal) => Promise<Stats>} deps.read
 * @param {number} deps.step
 * @param {() => number} deps.start since when it is counted
 * @param {() => boolean} [deps.sees] the socket brings all that is counted, and as it happens; without it: the past, which stays
 */
export function createTally({ asking, now, read, step, start, sees }) {
  const rates = createRates(step)
  const store = createStore({ version: 0 })
  const question = asking.question(recount)
  /** Until then the hub has counted. */
  let counted = 0
  /** Until then this page has seen everything. */
  let seen = 0
  /** Something came that was not seen as it happened. */
  let missed = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer

  /** @param {AbortSignal} signal */
  async function recount(signal) {
    const at = now()
    const since = Math.max(start(), rates.startOf(counted - Math.max(AGAIN_MS, step)))
    rates.load(await read(since, signal), since)
    rates.forget(start())
    counted = at
    missed = false
    changed()
    return true
  }

  function changed() {
    telling = undefined
    store.set({ version: store.get().version + 1 })
  }

  function look() {
    if (document.hidden || question.store.get().state !== 'here') return
    if (!sees?.() || missed || now() - counted >= RECOUNT_EVERY_MS) question.ask()
  }

  return {
    rates,
    store,
    /** Whether the hub's counts are to be had. */
    question,
    /** How far what is told goes; 0: nothing is known. */
    reach() {
      if (counted > 0 && !missed && sees?.()) seen = now()
      return counted === 0 ? 0 : Math.max(counted, seen)
    },
    start() {
      question.ask()
      if (sees) timer ??= setInterval(look, LOOK_EVERY_MS)
    },
    stop() {
      clearInterval(timer)
      clearTimeout(telling)
      timer = undefined
      question.close()
    },
    /** @param {readonly Row[]} rows */
    count(rows) {
      if (!sees?.()) missed = true
      // Before the hub has counted, what comes would look like all there is.
      else if (counted > 0) for (const row of rows) if (row.type === 'event') rates.add(row.kind, now())
      telling ??= setTimeout(changed, TELL_EVERY_MS)
    },
  }
}

/** @typedef {ReturnType<typeof createTally>} Tally */
