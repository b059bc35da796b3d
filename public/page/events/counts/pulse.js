// How much is going on: events a minute and when the last one came.
/** @import { Api } from '../../ground/api.js' */
/** @import { Asking } from '../../ground/asking.js' */
/** @import { Row } from '../../types.d.ts' */
import { iso } from './spans.js'
import { createTally } from './tally.js'

const MINUTE = 60_000
/** Counts older than this, and not counted on, are no rate of now. */
const FRESH_MS = 25_000

/**
 * @param {object} deps
 * @param {Pick<Api, 'now' | 'stats'>} deps.api
 * @param {Asking} deps.asking
 * @param {() => boolean} deps.seesAll the socket brings every event, and as it happens
 */
export function createPulse({ api, asking, seesAll }) {
  const { now } = api
  let lastAt = 0
  const tally = createTally({
    asking,
    now,
    read: (since, signal) => api.stats({ since: iso(since), step: MINUTE / 1000 }, signal),
    step: MINUTE,
    start: () => Math.floor(now() / MINUTE - 2) * MINUTE,
    sees: seesAll,
  })

  return {
    tally,
    /** When the last event came, as far as this page has seen; 0: none did. */
    lastAt: () => lastAt,
    /** Null: nobody knows. @param {number} at */
    perMinute(at) {
      const { at: asked, state } = tally.question.store.get()
      const isKnown = asked !== null && (seesAll() || (state === 'here' && at - asked < FRESH_MS))
      return isKnown ? tally.rates.recent(at) : null
    },
    start: tally.start,
    stop: tally.stop,
    /** @param {readonly Row[]} rows */
    count(rows) {
      if (rows.some(({ type }) => type === 'event')) lastAt = now()
      tally.count(rows)
    },
  }
}

/** @typedef {ReturnType<typeof createPulse>} Pulse */
