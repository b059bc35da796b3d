// How much time the chart shows, and where that lies: what is chosen, or as much as there is something to see in.
/** @import { Filter } from '../../types.d.ts' */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * @typedef {object} Span
 * @property {string} name in the address
 * @property {string} word on its button
 * @property {string} said in a sentence
 * @property {number} length
 * @property {number} step what a bar stands for
 * @property {string} per the same in words
 * @property {number} tick between the times below
 *
 * @typedef {{ span: Span, start: number, end: number, isLive: boolean }} Frame what the chart shows; live: its end is now
 * @typedef {{ firstAt: number | null, lastAt: number | null }} Standing when the first and the last event came
 */

/** @type {readonly Span[]} */
export const SPANS = Object.freeze([
  {
    name: '5m',
    word: '5 min',
    said: '5 minutes',
    length: 5 * MINUTE,
    step: 5 * SECOND,
    per: 'in 5 s',
    tick: MINUTE,
  },
  {
    name: '1h',
    word: '1 h',
    said: 'hour',
    length: HOUR,
    step: MINUTE,
    per: 'a minute',
    tick: 10 * MINUTE,
  },
  {
    name: '24h',
    word: '24 h',
    said: '24 hours',
    length: DAY,
    step: 15 * MINUTE,
    per: 'in 15 min',
    tick: 4 * HOUR,
  },
  {
    name: '30d',
    word: '30 d',
    said: '30 days',
    length: 30 * DAY,
    step: 6 * HOUR,
    per: 'in 6 h',
    tick: 5 * DAY,
  },
])
const [FIVE_MINUTES, HOUR_SPAN, , MONTH] = /** @type {[Span, Span, Span, Span]} */ (SPANS)
/** For more events than the hub counts in shorter steps: by the minute they are counted already. @type {Span} */
const FIVE_BY_MINUTE = Object.freeze({ ...FIVE_MINUTES, step: MINUTE, per: HOUR_SPAN.per })

/** @param {string} name */
export const isSpan = (name) => SPANS.some((span) => span.name === name)

/** As much as there is something to see in. @param {Standing} standing @param {number} now @returns {Span} */
function fullest({ firstAt, lastAt }, now) {
  if (firstAt === null || now - firstAt < FIVE_MINUTES.length) return FIVE_MINUTES
  return SPANS.slice(1).find(({ length }) => now - (lastAt ?? 0) < length) ?? MONTH
}

/** The first that has room for so much time. @param {number} time @returns {Span} */
const roomFor = (time) => SPANS.find(({ length }) => length >= time) ?? MONTH

/**
 * @param {Pick<Filter, 'since' | 'until' | 'span'>} filter
 * @param {Standing} standing
 * @param {number} now
 * @param {boolean} [byMinute] in no shorter steps
 * @returns {Frame}
 */
export function frameOfTime({ since, until, span: name }, standing, now, byMinute = false) {
  const [from, to] = [since ? Date.parse(since) : null, until ? Date.parse(until) : null]
  const chosen = SPANS.find((span) => span.name === name)
  const natural = () => {
    if (from !== null) return roomFor((to ?? now) - from)
    return to !== null ? HOUR_SPAN : fullest(standing, now)
  }
  const wanted = chosen ?? natural()
  const span = byMinute && wanted === FIVE_MINUTES ? FIVE_BY_MINUTE : wanted
  const { length, step } = span
  const last = Math.floor(now / step) * step + step
  const isSeen = (from ?? to ?? last) >= last - length && (to ?? last) <= last
  const middle = ((from ?? to ?? now) + (to ?? from ?? now)) / 2
  const end = isSeen ? last : Math.min(last, Math.ceil((middle + length / 2) / step) * step)
  return { span, start: end - length, end, isLive: end === last }
}

/**
 * What lies a span earlier or later; later than now there is nothing.
 * @param {Filter} filter @param {Frame} frame @param {number} spans @param {number} now
 * @returns {Filter}
 */
export function shifted(filter, { span, end }, spans, now) {
  const by = spans * span.length
  const until = (filter.until ? Date.parse(filter.until) : end) + by
  if (until >= now) return { ...filter, span: span.name, since: '', until: '' }
  const since = filter.since ? Date.parse(filter.since) + by : null
  return { ...filter, span: span.name, since: since === null ? '' : iso(since), until: iso(until) }
}

/** As the address has it: the page tells time to the second. @param {number} at */
export const iso = (at) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

/** Where the times stand below the chart: at whole hours and days of whoever looks. @param {Frame} frame @param {number} width */
export function ticksOf({ span, start, end }, width) {
  const offset = -new Date(end).getTimezoneOffset() * MINUTE
  const most = Math.max(1, Math.floor(width / 64))
  const every = span.tick * Math.ceil(span.length / span.tick / most)
  const first = Math.ceil((start + offset) / every) * every - offset
  return Array.from({ length: Math.ceil((end - first) / every) }, (_, index) => first + index * every)
}
