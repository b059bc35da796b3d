// How many events of each kind there were in each minute: told by the server, then counted on here.
/** @import { Stats } from '../../types.d.ts' */
import { lookOf, TONES } from '../kinds.js'

const MINUTE = 60_000
const KEPT_MINUTES = 120

/** @typedef {{ minute: number, total: number, tones: number[], kinds: Readonly<Record<string, number>> }} Bar */

export function createRates() {
  /** @type {Map<number, Record<string, number>>} */
  const minutes = new Map()

  /** @param {number} minute */
  function totalOf(minute) {
    return Object.values(minutes.get(minute) ?? {}).reduce((sum, count) => sum + count, 0)
  }

  return {
    /**
     * Takes the server's word for every minute since `since`.
     * @param {Stats} stats
     * @param {number} since
     */
    load(stats, since) {
      for (const minute of minutes.keys()) if (minute >= startOf(since)) minutes.delete(minute)
      for (const { minute, counts } of stats.minutes) minutes.set(startOf(Date.parse(minute)), { ...counts })
    },
    /** @param {string} kind @param {number} at */
    add(kind, at) {
      const minute = startOf(at)
      const counts = minutes.get(minute) ?? {}
      counts[kind] = (counts[kind] ?? 0) + 1
      minutes.set(minute, counts)
      if (minutes.size > KEPT_MINUTES) minutes.delete(Math.min(...minutes.keys()))
    },
    /** The last minute's events: this minute's, and of the one before as much as is not yet a minute ago. */
    perMinute(/** @type {number} */ now) {
      const minute = startOf(now)
      const passed = (now - minute) / MINUTE
      return Math.round(totalOf(minute) + totalOf(minute - MINUTE) * (1 - passed))
    },
    /**
     * The last `length` minutes, the oldest first.
     * @param {number} now
     * @param {number} length
     * @returns {Bar[]}
     */
    bars(now, length) {
      return Array.from({ length }, (_, index) => {
        const minute = startOf(now) - (length - 1 - index) * MINUTE
        const kinds = minutes.get(minute) ?? {}
        return { minute, kinds, tones: byTone(kinds), total: totalOf(minute) }
      })
    },
  }
}

/** @param {number} at */
function startOf(at) {
  return Math.floor(at / MINUTE) * MINUTE
}

/** @param {Readonly<Record<string, number>>} kinds */
function byTone(kinds) {
  const tones = TONES.map(() => 0)
  for (const [kind, count] of Object.entries(kinds)) {
    const tone = TONES.indexOf(lookOf(kind).tone)
    tones[tone] = (tones[tone] ?? 0) + count
  }
  return tones
}

/**
 * A round number at or above the highest bar, and 10 at least.
 * @param {number} highest
 */
export function roundTop(highest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(10, highest)))
  const step = [1, 1.5, 2, 3, 4, 6, 8].find((factor) => factor * power >= highest) ?? 10
  return step * power
}
