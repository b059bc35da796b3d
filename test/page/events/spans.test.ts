// The chart's time: how much, where it lies, and how somebody types one.
import { expect, test } from 'vitest'
import { ALL } from '../../../public/page/events/filter/filter.js'
import { frameOfTime, shifted, ticksOf } from '../../../public/page/events/counts/spans.js'
import { readWhen } from '../../../public/page/events/counts/when.js'

const NOW = new Date(2030, 4, 6, 12, 0, 30).getTime()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (time: number) => new Date(time).toISOString()
const LONG = { firstAt: NOW - 90 * 24 * HOUR, lastAt: NOW - 1000 }

test('it shows as much time as there is something to see in', () => {
  const shown = (firstAgo: number | null, lastAgo: number) => {
    const firstAt = firstAgo === null ? null : NOW - firstAgo
    return frameOfTime(ALL, { firstAt, lastAt: NOW - lastAgo }, NOW).span.name
  }
  expect([shown(null, 0), shown(MINUTE, 0), shown(HOUR, 0)]).toEqual(['5m', '5m', '1h'])
  expect([shown(90 * 24 * HOUR, 2 * HOUR), shown(90 * 24 * HOUR, 50 * HOUR)]).toEqual(['24h', '30d'])
})

test('it ends now, but where the chosen time lies elsewhere', () => {
  const frame = (part: Partial<typeof ALL>) => frameOfTime({ ...ALL, ...part }, LONG, NOW)
  const minute = NOW - (NOW % MINUTE)
  expect(frame({})).toMatchObject({ isLive: true, end: minute + MINUTE, start: minute + MINUTE - HOUR })
  expect(frame({ since: at(NOW - 10 * MINUTE), span: '1h' })).toMatchObject({ isLive: true })
  const ago = NOW - 5 * HOUR
  const past = frame({ until: at(ago) })
  expect(past).toMatchObject({ isLive: false, span: { name: '1h' } })
  expect((past.start + past.end) / 2 - ago).toBeLessThan(MINUTE)
  expect(frame({ since: at(ago), until: at(ago + 2 * HOUR) }).span.name).toBe('24h')
  expect(frame({ since: at(ago), until: at(ago + HOUR), span: '5m' }).isLive).toBe(false)
})

test('five minutes may be counted by the minute, and then begin at a whole one', () => {
  const ago = NOW - 5 * HOUR
  for (const part of [{}, { since: at(ago), until: at(ago + 2 * MINUTE) }]) {
    const filter = { ...ALL, span: '5m', ...part }
    const { span, start, end, isLive } = frameOfTime(filter, LONG, NOW, true)
    expect([span.name, span.step, span.per, start % MINUTE]).toEqual(['5m', MINUTE, 'a minute', 0])
    expect(end - start).toBe(5 * MINUTE)
    expect(isLive).toBe(frameOfTime(filter, LONG, NOW).isLive)
  }
  expect(frameOfTime(ALL, LONG, NOW, true)).toEqual(frameOfTime(ALL, LONG, NOW))
})

test('earlier and later go by a span, and to now', () => {
  const frame = frameOfTime(ALL, LONG, NOW)
  const before = shifted(ALL, frame, -1, NOW)
  expect([before.since, before.until]).toEqual(['', at(frame.end - HOUR).replace('.000', '')])
  const earlier = shifted(before, frameOfTime(before, LONG, NOW), -1, NOW)
  expect(Date.parse(before.until) - Date.parse(earlier.until)).toBe(HOUR)
  expect(shifted(before, frame, 1, NOW)).toEqual({ ...ALL, span: '1h' })
})

test('its times stand at whole minutes of the clock, as many as there is room for', () => {
  const frame = frameOfTime({ ...ALL, span: '1h' }, LONG, NOW)
  const minutes = (width: number) => ticksOf(frame, width).map((time) => new Date(time).getMinutes())
  expect(minutes(800)).toEqual([10, 20, 30, 40, 50, 0])
  expect(minutes(200)).toEqual([20, 40, 0])
})

test.each([
  ['11:58', new Date(2030, 4, 6, 11, 59)],
  ['１１：５８', new Date(2030, 4, 6, 11, 59)],
  ['14:02', new Date(2030, 4, 5, 14, 3)],
  ['5 May', new Date(2030, 4, 6)],
  ['December 24', new Date(2029, 11, 25)],
  ['27 nov 14:02', new Date(2029, 10, 27, 14, 3)],
  ['2029-11-27T14:02', new Date(2029, 10, 27, 14, 3)],
  ['27 Nov 2028, 9.30', new Date(2028, 10, 27, 9, 31)],
  ['yesterday', new Date(2030, 4, 6)],
  ['2030-05-04T09:30:15.250Z', new Date(Date.UTC(2030, 4, 4, 9, 31))],
  ['2030-05-05 23:30+09:00', new Date(Date.UTC(2030, 4, 5, 14, 31))],
  ['today 9:00', new Date(2030, 4, 6, 9, 1)],
])('%s is a time to go to', (text, until) => {
  expect(readWhen(text, NOW)?.until).toBe(until.getTime())
})

test.each([
  '',
  'ada',
  '25:00',
  '14:60',
  '31 Feb',
  '2031-01-01',
  '2031-01-01T00:00:00Z',
  '2030-13-01T00:00Z',
  'May',
  '7 Foo',
  '12',
])('%j is no time that has been', (text) => {
  expect(readWhen(text, NOW)).toBe(undefined)
})
