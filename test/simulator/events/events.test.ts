// The generator's promises: the same seed, the same events; every family; the oddities of real data.
import { describe, expect, test } from 'vitest'
import { simulateEvents, type SimulatedEvent } from '../../../simulator/events/events.ts'
import { MESSAGE_EVENTS } from '../../../simulator/events/message.ts'
import { phpJson } from '../../../simulator/events/php-json.ts'

const NOW = Date.UTC(2030, 0, 31, 8, 15)

function someEvents(count: number, seed = 7): SimulatedEvent[] {
  let clock = NOW
  const source = simulateEvents({ seed, now: () => (clock += 50) })
  return Array.from({ length: count }, () => source.next().value)
}

type Payload = Record<string, unknown> & { msg?: Record<string, unknown> }

const payloadsOf = (events: SimulatedEvent[]): Payload[] => events.map((event) => JSON.parse(event.text))
const idOf = ({ _id }: Record<string, unknown> = {}) => _id
const texts = (events: SimulatedEvent[]) => events.map((event) => event.text)

describe('the stream of events', () => {
  const words = new Set(someEvents(6_000).map((event) => event.word))
  const actions = new Set(payloadsOf(someEvents(3_000)).map((payload) => payload.action))

  test('is the same for the same seed and the same clock', () => {
    expect(texts(someEvents(2_000, 11))).toEqual(texts(someEvents(2_000, 11)))
  })

  test('is another for another seed', () => {
    expect(texts(someEvents(50, 11))).not.toEqual(texts(someEvents(50, 12)))
  })

  test.each([
    ...MESSAGE_EVENTS,
    'blacklist',
    'whitelist',
    'denylist',
    'allowlist',
    'inbound',
    'read_aloud',
    'greylist',
  ])('holds the word %s', (word) => {
    expect(words).toContain(word)
  })

  test.each(['add', 'change', 'remove'])('holds the list action %s', (action) => {
    expect(actions).toContain(action)
  })

  test('carries opens that only grow, and the whole of them in every later event of a mail', () => {
    const longest = new Map<unknown, number>()
    for (const { event, msg } of payloadsOf(someEvents(4_000))) {
      if (event !== 'open' || !Array.isArray(msg?.opens)) continue
      longest.set(idOf(msg), Math.max(longest.get(idOf(msg)) ?? 0, msg.opens.length))
    }
    expect(Math.max(...longest.values())).toBeGreaterThan(2)
  })

  test('lets some events come after ones that happened later', () => {
    const times = payloadsOf(someEvents(2_000)).map((payload) => Number(payload.ts))
    expect(times.filter((ts, at) => ts < (times[at - 1] ?? 0)).length).toBeGreaterThan(20)
  })
})

describe('the oddities', () => {
  const events = someEvents(6_000)
  const payloads = payloadsOf(events)
  const share = (matching: (payload: Payload) => unknown) =>
    payloads.filter(matching).length / payloads.length

  test.each<[string, (payload: Payload) => unknown]>([
    ['an empty map that is a list', ({ msg }) => Array.isArray(msg?.metadata)],
    ['a time as text', ({ ts }) => typeof ts === 'string'],
    ['no _id outside', (payload) => payload.msg && payload.event !== 'inbound' && !('_id' in payload)],
    ['no _id at all', ({ event, _id, msg }) => event === 'send' && !_id && !idOf(msg)],
    ['a subject that is null', ({ msg }) => msg?.subject === null],
    ['a location that is null', (payload) => payload.location === null],
    ['a subject that is not Latin', ({ msg }) => /[가-힣]/.test(String(msg?.subject))],
    ['a subject beyond U+FFFF', ({ msg }) => String(msg?.subject).includes('😀')],
    ['a hostile subject', ({ msg }) => String(msg?.subject).includes('<img')],
  ])('hold %s', (_name, matching) => {
    expect(share(matching)).toBeGreaterThan(0)
  })

  test('hold escaped slashes in the text', () => {
    expect(events.some(({ text }) => text.includes(String.raw`https:\/\/`))).toBe(true)
  })

  test('hold escaped text mostly and raw text sometimes', () => {
    const raw = events.filter(({ text }) => /[^\x00-\x7f]/.test(text)).length
    const escaped = events.filter(({ text }) => /\\u[0-9a-f]{4}/.test(text)).length
    expect(raw).toBeGreaterThan(0)
    expect(escaped).toBeGreaterThan(raw)
  })

  test('hold equal texts side by side', () => {
    expect(events.some(({ text }, at) => text === events[at - 1]?.text)).toBe(true)
  })
})

describe('phpJson', () => {
  test('writes what json_encode writes', () => {
    const value = { url: 'http://a/b', subject: 'é 안 😀 "q"', metadata: {}, list: [], none: null, ts: 1.5 }
    expect(phpJson(value)).toBe(
      String.raw`{"url":"http:\/\/a\/b","subject":"\u00e9 \uc548 \ud83d\ude00 \"q\"","metadata":[],"list":[],"none":null,"ts":1.5}`,
    )
  })

  test('leaves text raw when asked, slashes escaped all the same', () => {
    expect(phpJson({ a: '안/✓' }, { rawText: true })).toBe(String.raw`{"a":"안\/✓"}`)
  })
})
