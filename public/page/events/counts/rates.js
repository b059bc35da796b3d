// How many events of each kind there were in each step of time: told by the server, then counted on here.
/** @import { Stats } from '../../types.d.ts' */
import { lookOf, TONES } from '../kinds.js'

/** @typedef {{ at: number, total: number, tones: number[], kinds: Readonly<Record<string, number>> }} Bar */

/** @param {number} step milliseconds */
export function createRates(step) {
  /** @type {Map<number, Record<string, number>>} */
  const steps = new Map()
  const startOf = (/** @type {number} */ at) => Math.floor(at / step) * step
  const totalOf = (/** @type {number} */ at) => sum(Object.values(steps.get(at) ?? {}))

  return {
    startOf,
    /**
     * Takes the server's word for every step since `since`.
     * @param {Stats} stats
     * @param {number} since
     */
    load(stats, since) {
      for (const at of steps.keys()) if (at >= startOf(since)) steps.delete(at)
      for (const { at, counts } of stats.steps) steps.set(startOf(Date.parse(at)), { ...counts })
    },
    /** @param {string} kind @param {number} at */
    add(kind, at) {
      const start = startOf(at)
      const counts = steps.get(start) ?? {}
      counts[kind] = (counts[kind] ?? 0) + 1
      steps.set(start, counts)
    },
    /** What lies before is not asked for any more. @param {number} start */
    forget(start) {
      for (const at of steps.keys()) if (at < start) steps.delete(at)
    },
    /** So many in a step that ends now: this one's, and of the one before as much as is not yet a step ago. @param {number} now */
    recent(now) {
      const start = startOf(now)
      return Math.round(totalOf(start) + totalOf(start - step) * (1 - (now - start) / step))
    },
    /**
     * The oldest first.
     * @param {number} start
     * @param {number} end
     * @returns {Bar[]}
     */
    bars(start, end) {
      return Array.from({ length: Math.round((end - start) / step) }, (_, index) => {
        const at = start + index * step
        const kinds = steps.get(at) ?? {}
        return { at, kinds, tones: byTone(kinds), total: totalOf(at) }
      })
    },
  }
}

/** @param {readonly number[]} numbers */
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0)

/** @param {Readonly<Record<string, number>>} kinds */
function byTone(kinds) {
  const tones = TONES.map(() => 0)
  for (const [kind, count] of Object.entries(kinds)) {
    const tone = TONES.indexOf(lookOf(kind).tone)
    tones[tone] = (tones[tone] ?? 0) + count
  }
  return tones
}

/** Bars as one. @param {readonly Bar[]} bars */
export function together(bars) {
  /** @type {Record<string, number>} */
  const kinds = {}
  for (const bar of bars)
    for (const [kind, count] of Object.entries(bar.kinds)) kinds[kind] = (kinds[kind] ?? 0) + count
  return { kinds, total: sum(bars.map(({ total }) => total)) }
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
