// Numbers, times and ages as the page writes them.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** The longest that fits counts. */
const UNITS = /** @type {const} */ ([
  [DAY, 'd', 'day'],
  [HOUR, 'h', 'hour'],
  [MINUTE, 'min', 'minute'],
  [SECOND, 's', 'second'],
])

const number = new Intl.NumberFormat('en')
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** @param {number} count */
export function count(count) {
  return number.format(count)
}

/** `2.1 GB` @param {number} size */
export function bytes(size) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)))
  const amount = size / 1000 ** unit
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : count(Math.round(amount))} ${units[unit]}`
}

/**
 * `1 event`, `3,120 events`
 * @param {number} amount
 * @param {string} one
 */
export function counted(amount, one, many = `${one}s`) {
  return `${count(amount)} ${amount === 1 ? one : many}`
}

/** A part is not told as none of it, nor as all. @param {number} part @param {number} of */
export function share(part, of) {
  if (of === 0) return '–'
  const percent = (100 * part) / of
  if (percent === 0 || percent >= 99.95) return `${Math.round(percent)}\u00a0%`
  if (percent < 0.1) return '<\u00a00.1\u00a0%'
  return percent < 10 ? `${percent.toFixed(1)}\u00a0%` : `${Math.round(Math.min(percent, 99.4))}\u00a0%`
}

/** @param {number} at */
export function timeOfDay(at) {
  return clock.format(at)
}

/** @param {number} at */
export function exactTime(at) {
  return seconds.format(at)
}

/** @param {number} at */
export function fullTime(at) {
  return `${day.format(at)}, ${seconds.format(at)}`
}

const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })

/** `GMT+9`: whose clock the times are by. @param {number} at */
export function timeZone(at) {
  return zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** `27 Nov, `, with the year where that is another, or nothing when that is today. @param {number} at @param {number} now by the hub's clock */
export function shortDay(at, now) {
  if (day.format(at) === day.format(now)) return ''
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return `${(isThisYear ? dayAndMonth : day).format(at)}, `
}

/**
 * `14:02–14:10`, with days where that is not today, and seconds where it is short.
 * @param {number} start
 * @param {number} end
 * @param {number} now by the hub's clock
 */
export function spanWords(start, end, now) {
  const clockOf = start % MINUTE || end % MINUTE ? exactTime : timeOfDay
  // Of two days, today is told as well: it would be taken for the first.
  const endDay = shortDay(start, end) && (shortDay(end, now) || `${dayAndMonth.format(end)}, `)
  return `${shortDay(start, now)}${clockOf(start)}–${endDay}${clockOf(end)}`
}

/** A time below a chart: its day, where that is what changes. @param {number} at @param {number} tick between two of them */
export function tickWords(at, tick) {
  return tick >= DAY || new Date(at).getHours() + new Date(at).getMinutes() === 0
    ? dayAndMonth.format(at)
    : timeOfDay(at)
}

/**
 * How long ago, in as few letters as a narrow column has room for.
 * @param {number} at
 * @param {number} now
 */
export function age(at, now) {
  return since(at, now, (amount, short) => `${amount} ${short}`) || 'now'
}

/**
 * The same in a sentence.
 * @param {number} at
 * @param {number} now
 */
export function ago(at, now) {
  return since(at, now, (amount, _, word) => `${counted(amount, word)} ago`) || 'just now'
}

/** A day, where it is long ago; '' where it is now. @param {number} at @param {number} now @param {(amount: number, short: string, word: string) => string} write */
function since(at, now, write) {
  const passed = now - at
  if (passed >= 30 * DAY) return day.format(at)
  const [length, short, word] = UNITS.find(([length]) => passed >= length) ?? []
  return length ? write(Math.floor(passed / length), short, word) : ''
}

/** `in 20 seconds`, `in 3 minutes` @param {number} ms */
export function within(ms) {
  // 80 seconds say more than a minute.
  const [length, , word] = UNITS.find(([length]) => ms >= 1.5 * length) ?? UNITS[3]
  return `in ${counted(Math.max(1, Math.round(ms / length)), word)}`
}

/**
 * The time between two steps of a mail: `+2 s`, `+1 h 4 min`.
 * @param {number} passed
 */
export function step(passed) {
  if (passed < 0) return 'earlier'
  if (passed < SECOND) return 'at once'
  if (passed < MINUTE) return `+${Math.floor(passed / SECOND)} s`
  if (passed < HOUR) return `+${two(passed, MINUTE, 'min', SECOND, 's')}`
  if (passed < DAY) return `+${two(passed, HOUR, 'h', MINUTE, 'min')}`
  return `+${two(passed, DAY, 'd', HOUR, 'h')}`
}

/** @param {number} passed @param {number} big @param {string} bigWord @param {number} small @param {string} smallWord */
function two(passed, big, bigWord, small, smallWord) {
  const rest = Math.floor((passed % big) / small)
  return `${Math.floor(passed / big)} ${bigWord}${rest ? ` ${rest} ${smallWord}` : ''}`
}

/** What is not seen but changes what one sees: controls, and marks that turn the direction of text. The same in src/terminal.ts. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/**
 * A stranger's text as one line that cannot pose as another: `exe.png` may be `gnp.exe` written backwards.
 * @param {string} text
 */
export function plain(text) {
  return text.replace(/[\t\n\r]+/g, ' ').replace(UNSEEN, (mark) => `⟨${codeOf(mark)}⟩`)
}

/**
 * A campaign's subject as its title: a placeholder is what it says of somebody without a name.
 * @param {string} subject
 */
export function titleOf(subject) {
  const filled = subject.replace(
    /\{\{\s*\w+\s*(?:\|([^{}]*))?\}\}/g,
    (_, otherwise) => otherwise?.trim() || '…',
  )
  return plain(filled)
}

/**
 * The same for JSON, which has a writing of its own for it, and stays the same JSON.
 * @param {string} json
 */
export function plainJson(json) {
  return json.replace(UNSEEN, (mark) => (mark === '\n' ? mark : `\\u${codeOf(mark)}`))
}

/** @param {string} mark */
function codeOf(mark) {
  return mark.charCodeAt(0).toString(16).padStart(4, '0')
}
