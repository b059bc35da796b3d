// /client.js without a network: when it reconnects, from where, after how long, and when it gives up.
import { expect, test, vi } from 'vitest'
import { backOff, connect, socketAddress } from '../../../public/client.js'
import {
  event,
  FakeSocket,
  hello,
  open,
  position,
  socket,
  soon,
  useClientLab,
} from '../../support/page/client-lab.ts'

useClientLab()

test.each([
  ['http://localhost:8000', 'ws://localhost:8000/ws/email'],
  ['https://hub.example.com/', 'wss://hub.example.com/ws/email'],
  ['https://example.com/hub/', 'wss://example.com/hub/ws/email'],
  ['wss://hub.example.com/ws/email', 'wss://hub.example.com/ws/email'],
])('the hub at %s has its socket at %s', (url, address) => {
  expect(socketAddress(url).href).toBe(address)
})

test('a runtime without WebSockets is told what it needs', () => {
  vi.stubGlobal('WebSocket', undefined)
  expect(() => connect({ url: 'http://localhost:8000', onEvent() {} })).toThrow('needs Node 22 or newer')
  vi.unstubAllGlobals()
})

test('delays double up to half a minute, and half of each is chance', () => {
  expect([0, 1, 2, 5, 6, 50].map((attempt) => backOff(attempt, () => 1))).toEqual([
    500, 1000, 2000, 16_000, 30_000, 30_000,
  ])
  expect(backOff(2, () => 0)).toBe(1000)
})

test('filter and cursor go into the address; what nobody chose does not', async () => {
  await open({ after: '5-0', events: ['opened', 'hard_bounce'], email: 'ada+x@example.com', tag: '' })
  expect(Object.fromEntries(socket(0).url.searchParams)).toEqual({
    after: '5-0',
    events: 'opened,hard_bounce',
    email: 'ada+x@example.com',
  })
})

test('connecting, catching up, live', async () => {
  const { events, words, connection } = await open()
  socket(0).open().say(hello, event(2), event(3), position(3))
  expect(words()).toEqual(['connecting', 'catching_up', 'live'])
  expect([events, connection.cursor]).toEqual([['5-2', '5-3'], '5-3'])
  socket(0).say({ ...position(3), live: false }, position(4))
  expect(words()).toEqual(['connecting', 'catching_up', 'live', 'catching_up', 'live'])
})

test('without data only events lose theirs', async () => {
  const got: unknown[] = []
  const keep = (frame: unknown) => void got.push(frame)
  await open({ data: false, onEvent: keep, onSetup: keep })
  const setup = { stores: 1, data: 2 }
  socket(0).open().say(hello, event(2), { type: 'setup', setup })
  expect(got).toEqual([expect.not.objectContaining({ data: expect.anything() }), setup])
})

test('after a break it goes on after the last cursor, be it of an event or a position', async () => {
  const { connection, states } = await open()
  socket(0).open().say(hello, event(2), position(9))
  socket(0).end(1006)
  expect(states.at(-1)).toEqual({ state: 'waiting', attempt: 1, retryInMs: 500, code: 1006 })
  await vi.advanceTimersByTimeAsync(500)
  expect(socket(1).url.searchParams.get('after')).toBe('5-9')
  socket(1).open().say({ type: 'gap', from: '5-9', to: '5-40', reason: 'expired' }).end(1006)
  await vi.advanceTimersByTimeAsync(1000)
  expect([socket(2).url.searchParams.get('after'), connection.cursor]).toEqual(['5-40', '5-40'])
})

test('it waits longer each time, and begins anew after a connection that lasted', async () => {
  const { states } = await open()
  for (const delay of [500, 1000, 2000]) {
    socket(-1).end(1006)
    expect(states.at(-1)).toMatchObject({ retryInMs: delay })
    await vi.advanceTimersByTimeAsync(delay)
  }
  socket(-1).open().say(hello).end(1006) // at once: that is no better than none
  expect(states.at(-1)).toMatchObject({ retryInMs: 4000 })
  await vi.advanceTimersByTimeAsync(4000)
  socket(-1).open().say(hello, position(1))
  await vi.advanceTimersByTimeAsync(11_000)
  socket(-1).end(1006)
  expect(states.at(-1)).toMatchObject({ retryInMs: 500 })
})

test.each([
  [1001, 500],
  [1013, 4000],
])('%i asks for a delay of %i ms', async (code, delay) => {
  const { states } = await open()
  socket(0).end(1006)
  await vi.advanceTimersByTimeAsync(500)
  socket(1).open().say(hello).end(code)
  expect(states.at(-1)).toMatchObject({ state: 'waiting', retryInMs: delay })
})

test.each([4400, 4401])('%i ends it for good', async (code) => {
  const { states, connection } = await open()
  socket(0).open().end(code, 'no')
  expect(states.at(-1)).toEqual({ state: 'closed', code, reason: 'no' })
  await vi.advanceTimersByTimeAsync(120_000)
  connection.retryNow()
  connection.seek('5-1')
  await soon()
  expect(FakeSocket.all).toHaveLength(1)
})

test('a connection that is taken, and on which nothing comes through, is given up soon', async () => {
  const { states } = await open()
  socket(0).open()
  await vi.advanceTimersByTimeAsync(19_000)
  expect(states.at(-1)).toEqual({ state: 'connecting', attempt: 0 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(states.at(-1)).toMatchObject({ state: 'waiting', attempt: 1, code: 0 })
})

test('a line that is silent for longer than the hub ever is counts as broken', async () => {
  const { words } = await open()
  socket(0).open().say(hello, position(1))
  await vi.advanceTimersByTimeAsync(60_000)
  socket(0).say(position(1))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(words().at(-1)).toBe('live')
  await vi.advanceTimersByTimeAsync(15_000)
  expect(words().at(-1)).toBe('waiting')
})

test('what an earlier socket still says is not listened to', async () => {
  const { events, connection } = await open()
  socket(0).open().say(hello, event(2))
  connection.seek('5-100')
  await soon()
  socket(0).say(event(3)).end(1006)
  socket(1).open().say(hello, event(101))
  expect([events, FakeSocket.all.length]).toEqual([['5-2', '5-101'], 2])
})

test('a new filter goes onto the socket, and into the address of every later one', async () => {
  const { connection } = await open({ events: ['sent'] })
  // Not yet open: it is sent once it is.
  connection.filter({ events: ['opened'] })
  socket(0).open().say(hello)
  connection.filter({ events: [], email: '', tag: 'welcome' })
  expect(socket(0).sent.map((text) => JSON.parse(text))).toEqual([
    { type: 'filter', events: ['opened'] },
    { type: 'filter', tag: 'welcome' },
  ])
  socket(0).end(1006)
  await vi.advanceTimersByTimeAsync(500)
  expect(socket(1).url.search).toBe('?tag=welcome&after=5-1')
  socket(1).open()
  expect(socket(1).sent).toEqual([])
})

test('a token is changed into a fresh ticket for every connection', async () => {
  let tickets = 0
  const request = vi.fn(async () => Response.json({ ticket: `ticket${(tickets += 1)}` }, { status: 201 }))
  await open({ token: 'secret', fetch: request })
  expect(request).toHaveBeenCalledWith(new URL('https://hub.example.com/api/tickets'), {
    method: 'POST',
    headers: { Authorization: 'Bearer secret' },
    signal: expect.any(AbortSignal),
  })
  expect(socket(0).url.search).toBe('?ticket=ticket1')
  socket(0).end(1006)
  await vi.advanceTimersByTimeAsync(500)
  expect(socket(1).url.search).toBe('?ticket=ticket2')
})

test('a filter that changes while the ticket is fetched is the one that is asked for', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { connection } = await open({ events: ['opened'], ticket: () => promise })
  connection.filter({ events: ['clicked'] })
  resolve('t')
  await soon()
  expect(socket(0).url.search).toBe('?events=clicked&ticket=t')
  socket(0).open()
  expect(socket(0).sent).toEqual([])
})

test.each(['resolved', 'rejected'] as const)(
  'a ticket that does not come is asked for again, and is not used when it comes late: %s',
  async (outcome) => {
    const late = Promise.withResolvers<string>()
    const answers = [late.promise, Promise.resolve('fresh')]
    const { states } = await open({ ticket: () => answers.shift() as Promise<string> })
    await vi.advanceTimersByTimeAsync(75_000)
    expect(states.at(-1)).toMatchObject({ state: 'waiting', retryInMs: 500 })
    await vi.advanceTimersByTimeAsync(500)
    if (outcome === 'resolved') late.resolve('stale')
    else late.reject(new Error('too late'))
    await soon()
    expect(FakeSocket.all.map(({ url }) => url.search)).toEqual(['?ticket=fresh'])
    expect(states.at(-1)).toEqual({ state: 'connecting', attempt: 1 })
  },
)

test('a request for a ticket that hangs is given up', async () => {
  const limit = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal)
  const hang: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(limit.signal.reason)),
    )
  const { words } = await open({ token: 'secret', fetch: hang })
  expect([words(), timeout.mock.calls]).toEqual([['connecting'], [[30_000]]])
  limit.abort()
  await soon()
  expect(words()).toEqual(['connecting', 'waiting'])
})

test.each([401, 403])(
  'a token that is refused with %i ends it; a hub that is away does not',
  async (status) => {
    const answers = [
      () => Promise.reject(new TypeError('fetch failed')),
      async () => new Response('', { status }),
    ]
    const { states, words } = await open({
      token: 'old',
      fetch: () => (answers.shift() as () => Promise<Response>)(),
    })
    expect(words()).toEqual(['connecting', 'waiting'])
    await vi.advanceTimersByTimeAsync(500)
    expect(states.at(-1)).toMatchObject({ state: 'closed', code: 4401 })
    expect(FakeSocket.all).toEqual([])
  },
)

test('a ticket is used once; a function is asked each time', async () => {
  await open({ ticket: 'once' })
  expect(socket(0).url.searchParams.get('ticket')).toBe('once')
  socket(0).end(1006)
  await vi.advanceTimersByTimeAsync(500)
  expect(socket(1).url.searchParams.get('ticket')).toBe(null)
  await open({ ticket: async () => 'asked' })
  expect(socket(-1).url.searchParams.get('ticket')).toBe('asked')
})

test('closed by its owner it stays closed, and says nothing more', async () => {
  const { connection, words } = await open()
  socket(0).open().say(hello)
  connection.close()
  socket(0).say(event(2)).end(1000)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(words()).toEqual(['connecting', 'catching_up', 'closed'])
  expect(FakeSocket.all).toHaveLength(1)
})
