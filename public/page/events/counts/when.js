// A time as somebody types it, in whoever's own time zone: `14:02`, `27 Nov`, `27 Nov 14:02`, `2026-11-27 14:02`. One that is
// copied out of a log or an answer tells its own.

const MINUTE = 60_000
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WITH_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const DAYS_AGO = Object.freeze({ today: 0, yesterday: 1 })

/**
 * The end of what was typed, as one goes back from there: of `14:02` the minute's, of `27 Nov` the day's.
 * @param {string} text
 * @param {number} now
 * @returns {{ until: number, isDay: boolean } | undefined} undefined: that is no time, or one to come
 */
export function readWhen(text, now) {
  const told = text.trim().toUpperCase()
  if (WITH_ZONE.test(told)) {
    const at = Date.parse(told.replace(' ', 'T'))
    return at <= now ? { until: at - (at % MINUTE) + MINUTE, isDay: false } : undefined
  }
  const typed = text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/,|(?<=\d)t(?=\d)/g, ' ')
  const clock = /(?:^|\s)(\d{1,2})[:.h](\d{2})(?::\d{2})?$/.exec(typed)
  const [hour, minute] = clock ? [Number(clock[1]), Number(clock[2])] : [0, 0]
  if (hour > 23 || minute > 59) return undefined
  const rest = (clock ? typed.slice(0, clock.index) : typed).trim()
  const day = rest === '' && clock ? new Date(now) : dayOf(rest, now)
  if (!day) return undefined
  day.setHours(hour, minute, 0, 0)
  // A time that is still to come was meant to be the last such one.
  if (day.getTime() > now && rest === '') day.setDate(day.getDate() - 1)
  if (day.getTime() > now) return undefined
  if (clock) return { until: day.getTime() + MINUTE, isDay: false }
  day.setDate(day.getDate() + 1)
  return { until: day.getTime(), isDay: true }
}

/** @param {string} text @param {number} now */
function dayOf(text, now) {
  const today = new Date(now)
  if (text === 'today' || text === 'yesterday') {
    today.setDate(today.getDate() - DAYS_AGO[text])
    return today
  }
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso) return dateOf(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]))
  const named = /^(?:(\d{1,2})\.? ([a-z]{3,})|([a-z]{3,}) (\d{1,2}))(?: (\d{4}))?$/.exec(text)
  if (!named) return undefined
  const month = MONTHS.indexOf((named[2] ?? named[3] ?? '').slice(0, 3))
  const day = dateOf(Number(named[5] ?? today.getFullYear()), month, Number(named[1] ?? named[4]))
  // Of a day without a year, the last such one.
  if (day && !named[5] && day.getTime() > now) day.setFullYear(day.getFullYear() - 1)
  return day
}

/** @param {number} year @param {number} month @param {number} day */
function dateOf(year, month, day) {
  const date = new Date(year, month, day)
  return date.getMonth() === month && date.getDate() === day ? date : undefined
}
