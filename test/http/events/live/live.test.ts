import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { queryObjects } from 'node:v8'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { openSocket, type TestSocket } from '../../../support/socket.ts'
import { eventually } from '../../../support/eventually.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const headers = { authorization: TOKEN }
let count = 0
const event = (extra: object = {}) => ({ event: 'send', _id: `live-${++count}`, ...extra })
const open = (query = '') => openSocket(hub.address, query, { headers })
const ticket = async () => (await hub.call({ method: 'POST', url: '/api/tickets', headers })).body.ticket
const eventsSeen = (socket: TestSocket, number: number) =>
  socket.until((frames) => frames.filter((frame) => frame.type === 'event').length >= number)
const live = (socket: TestSocket) =>
  socket.until((frames) => frames.some((frame) => frame.type === 'position' && frame.live))

/** Resolves when the filter holds: the answer to it is a position. */
async function filterBy(socket: TestSocket, filter: object = {}): Promise<void> {
  const before = socket.frames.length
  socket.send({ type: 'filter', ...filter })
  await socket.until((frames) => frames.slice(before).some(({ type }) => type === 'position'))
}

async function batch(size: number, extra: object = {}): Promise<string[]> {
  const events = Array.from({ length: size }, () => event(extra))
  expect((await hub.post(events)).body.accepted).toBe(size)
  return events.map(({ _id }) => _id)
}

describe('a socket', () => {
  test('is told first where it continues, and then that it is live', async () => {
    const socket = await open()
    await live(socket)
    const [hello, position] = socket.frames
    expect(hello).toEqual({ type: 'hello', cursor: expect.stringMatching(/^\d+-\d+$/) })
    expect(position).toEqual({ type: 'position', cursor: hello?.cursor, live: true })
    socket.ws.terminate()
  })

  test('gets what comes after it was opened, as {type, cursor, kind, …facts, data}', async () => {
    const socket = await open()
    await live(socket)
    const ids = await batch(3)
    await eventsSeen(socket, 3)
    expect(socket.ids()).toEqual(ids)
    expect(socket.frames.at(-1)).toEqual({
      type: 'event',
      cursor: expect.stringMatching(/^\d+-\d+$/),
      kind: 'sent',
      provider: 'mandrill',
      at: null,
      recipient: null,
      message_id: ids[2],
      subject: null,
      data: { event: 'send', _id: ids[2] },
    })
    socket.ws.terminate()
  })

  test('with after=0 gets all that is kept', async () => {
    await batch(600)
    const socket = await open('after=0')
    await eventsSeen(socket, count)
    expect(socket.ids()).toEqual(Array.from({ length: count }, (_, index) => `live-${index + 1}`))
    socket.ws.terminate()
  })

  test('with last=2 gets the newest two', async () => {
    const ids = await batch(5)
    const socket = await open('last=2')
    await live(socket)
    expect(socket.ids()).toEqual(ids.slice(-2))
    socket.ws.terminate()
  })

  test('with after and last goes by after, and says so', async () => {
    const ids = await batch(3)
    const socket = await open('after=0&last=1')
    await live(socket)
    expect(socket.ids().slice(-3)).toEqual(ids)
    expect(await socket.first('error')).toMatchObject({
      message: 'query: last cannot be combined with after',
    })
    socket.ws.terminate()
  })

  test('with last=0 gets none of the old ones', async () => {
    const socket = await open('last=0')
    await live(socket)
    expect(socket.ids()).toEqual([])
    socket.ws.terminate()
  })

  test('resumes from any cursor it was given: nothing missing, nothing twice', async () => {
    const first = await open()
    await live(first)
    const ids = await batch(10)
    await eventsSeen(first, 10)
    const middle = first.frames.filter((frame) => frame.type === 'event')[3]?.cursor
    first.ws.terminate()
    const missed = await batch(5)
    const second = await open(`after=${middle}`)
    await eventsSeen(second, 11)
    await live(second)
    expect(second.ids()).toEqual([...ids.slice(4), ...missed])
    second.ws.terminate()
  })

  test('with format=raw gets nothing but the events, as they came', async () => {
    const socket = await open('format=raw')
    await eventually(() => hub.wired.hub.observers()).toBeGreaterThan(0)
    await batch(2)
    await socket.until((frames) => frames.length >= 2)
    expect(socket.frames).toEqual([
      { event: 'send', _id: `live-${count - 1}` },
      { event: 'send', _id: `live-${count}` },
    ])
    socket.ws.terminate()
  })

  test('with format=raw, which gets no error frame, is closed for what cannot be taken: 4400', async () => {
    const inAddress = await open('format=raw&events=nonsense')
    expect(await inAddress.closed).toEqual({ code: 4400, reason: expect.stringContaining('nonsense') })
    const inMessage = await open('format=raw')
    inMessage.send({ type: 'filter', events: ['é'.repeat(100)] })
    expect(await inMessage.closed).toEqual({ code: 4400, reason: expect.stringMatching(/^[^\ufffd]+$/) })
    expect([...inAddress.frames, ...inMessage.frames]).toEqual([])
  })

  test('takes a payload of any size', async () => {
    const socket = await open()
    await live(socket)
    for (const size of [10, 100, 200, 65_400, 70_000, 1_000_000])
      await batch(1, { pad: 'é'.repeat(size / 2) })
    await eventsSeen(socket, 6)
    expect(
      socket.frames.filter((frame) => frame.type === 'event').map((frame) => String(frame.data.pad).length),
    ).toEqual([5, 50, 100, 32_700, 35_000, 500_000])
    socket.ws.terminate()
  })
})

describe('a cursor', () => {
  test('of another feed gets a gap with reason reset, and then all that is kept', async () => {
    const socket = await open('after=1234567890123-7')
    const gap = await socket.first('gap')
    expect(gap).toMatchObject({ from: '1234567890123-7', reason: 'reset' })
    await eventsSeen(socket, count)
    expect(socket.ids()[0]).toBe('live-1')
    socket.ws.terminate()
  })

  test('ahead of this feed is recognised too', async () => {
    const { cursor } = await (await open()).first('hello')
    const ahead = cursor.replace(/\d+$/, (seq) => String(Number(seq) + 1000))
    const socket = await open(`after=${ahead}`)
    expect(await socket.first('gap')).toMatchObject({ from: ahead, to: cursor, reason: 'reset' })
    const ids = await batch(1)
    await eventsSeen(socket, 1)
    expect(socket.ids()).toEqual(ids)
    socket.ws.terminate()
  })

  test.each(['nonsense', '-1', '12', '1-2-3', ''])(
    'that is none closes the socket with 4400: %j',
    async (after) => {
      const socket = await open(`after=${after}`)
      expect(await socket.closed).toMatchObject({ code: 4400 })
    },
  )
})

describe('a filter', () => {
  const sample = async () => {
    await hub.post([
      event({ msg: { email: 'One@Example.com', tags: ['news', 'may'], metadata: { campaign_id: 'c1' } } }),
      { ...event({ msg: { email: 'two@example.com', tags: ['may'] } }), event: 'open' },
      { ...event({ msg: { email: 'one@example.com', metadata: [] } }), event: 'hard_bounce' },
    ])
    return [count - 2, count - 1, count].map((n) => `live-${n}`)
  }

  test.each([
    ['events=open', [1]],
    ['events=opened,bounced', [1, 2]],
    ['events=open&events=send', [0, 1]],
    ['email=ONE@example.COM', [0, 2]],
    ['tag=may', [0, 1]],
    ['campaign=c1', [0]],
    ['tag=may&events=send', [0]],
    ['tag=none', []],
  ])('%s lets through what matches', async (query, expected) => {
    const socket = await open(query)
    await live(socket)
    const ids = await sample()
    await hub.wired.tracking.reached(await hub.wired.feed.last(0), 5000)
    await filterBy(socket)
    const marker = await batch(1)
    await socket.until(() => socket.ids().includes(marker[0]))
    expect(socket.ids().slice(0, -1)).toEqual(expected.map((index) => ids[index]))
    socket.ws.terminate()
  })

  test('is replaced by a message, which is answered by a position', async () => {
    const socket = await open('events=open')
    await live(socket)
    await filterBy(socket, { events: ['send'], email: null })
    const ids = await batch(1)
    await eventsSeen(socket, 1)
    expect(socket.ids()).toEqual(ids)
    socket.ws.terminate()
  })

  test.each([
    ['a word that is none', { type: 'filter', events: ['nope'] }, 'request.unknown_event'],
    ['another type', { type: 'dance' }, 'request.invalid'],
    ['a wrong field', { type: 'filter', email: 5 }, 'request.invalid'],
    ['a misspelt condition', { type: 'filter', evnts: ['click'] }, 'request.invalid'],
    ['no JSON', 'hello', 'request.invalid'],
  ])('that cannot be taken gets an error frame, and the socket stays: %s', async (_, message, code) => {
    const socket = await open()
    await live(socket)
    socket.send(message)
    expect(await socket.first('error')).toMatchObject({ code, message: expect.any(String) })
    const ids = await batch(1)
    await eventsSeen(socket, 1)
    expect(socket.ids()).toEqual(ids)
    socket.ws.terminate()
  })

  test('in the address that cannot be taken gets an error frame, and the socket stays', async () => {
    const socket = await open('events=nope')
    expect(await socket.first('error')).toMatchObject({ code: 'request.unknown_event' })
    await filterBy(socket)
    const ids = await batch(1)
    await eventsSeen(socket, 1)
    expect(socket.ids()).toEqual(ids)
    socket.ws.terminate()
  })

  test('a socket whose filter lets nothing through still learns its position', async () => {
    const socket = await open('tag=none')
    await live(socket)
    await batch(20)
    const head = await hub.wired.feed.last(0)
    await eventually(() => hub.wired.hub.position()).toEqual(head)
    hub.wired.hub.tellPositions()
    await socket.until((frames) => frames.at(-1)?.cursor === `${head.epoch}-${head.seq}`)
    socket.ws.terminate()
  })
})

describe('who may open a socket', () => {
  test('nobody without token, ticket or cookie: 4401', async () => {
    const socket = await openSocket(hub.address)
    expect(await socket.closed).toMatchObject({ code: 4401 })
    expect(socket.frames).toEqual([])
  })

  test.each([{ authorization: 'wrong' }, { authorization: 'Bearer ' }])(
    'nobody with a wrong token: 4401',
    async (wrong) => {
      expect(await (await openSocket(hub.address, '', { headers: wrong })).closed).toMatchObject({
        code: 4401,
      })
    },
  )

  test('who has a ticket, once', async () => {
    const word = await ticket()
    const socket = await openSocket(hub.address, `ticket=${word}`)
    await live(socket)
    expect(await (await openSocket(hub.address, `ticket=${word}`)).closed).toMatchObject({ code: 4401 })
    socket.ws.terminate()
  })

  test('nobody with a forged ticket: 4401', async () => {
    const word = await ticket()
    const later = Buffer.from(word, 'base64url')
    later[2] = ((later[2] ?? 0) + 1) % 256
    const forged = `ticket=${later.toString('base64url')}`
    expect(await (await openSocket(hub.address, forged)).closed).toMatchObject({ code: 4401 })
  })

  test.each(['/ws/emails', '/campaigns', '/', '/healthz'])(
    'nobody at %s: 404, and no socket',
    async (url) => {
      const ws = new WebSocket(`ws://${hub.address}${url}`, { headers })
      expect(String(await once(ws, 'error'))).toContain('404')
    },
  )

  test('nobody from a foreign origin: 403, and no socket', async () => {
    const foreign = openSocket(hub.address, '', { headers: { ...headers, origin: 'https://evil.example' } })
    await expect(foreign).rejects.toThrow(/403/)
  })

  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]'])(
    'the page itself: %s is one origin',
    async (origin) => {
      const port = hub.address.split(':')[1]
      const socket = await openSocket(hub.address, '', {
        headers: { ...headers, origin: `${origin}:${port}` },
      })
      await live(socket)
      socket.ws.terminate()
    },
  )

  test('a plain GET is told to upgrade', async () => {
    expect(await hub.get('/ws/email')).toMatchObject({
      status: 426,
      body: { error: { code: 'request.upgrade_required' } },
    })
  })
})

describe('a client that reads too slowly', () => {
  test('costs bounded memory, slows nobody, and gets everything in the end', async () => {
    const connections: Socket[] = []
    hub.app.server.on('connection', (socket) => connections.push(socket))
    const slow = await slowReader()
    const fast = await open()
    await live(fast)
    const from = count
    for (let round = 0; round < 30; round++) await batch(500, { pad: 'x'.repeat(1000) })
    await eventsSeen(fast, 15_000)
    expect(Math.max(...connections.map(({ writableLength }) => writableLength))).toBeLessThan(8 * 1024 * 1024)
    slow.ws.resume()
    await eventsSeen(slow, 15_000)
    expect(slow.ids()).toEqual(Array.from({ length: 15_000 }, (_, index) => `live-${from + index + 1}`))
    slow.ws.terminate()
    fast.ws.terminate()
  })

  async function slowReader(): Promise<TestSocket> {
    const socket = await open()
    await live(socket)
    socket.ws.pause()
    return socket
  }
})

describe('hostile input', () => {
  test('a message that is too large ends that socket only', async () => {
    const [bad, good] = [await open(), await open()]
    await live(good)
    bad.send('x'.repeat(100_000))
    expect((await bad.closed).code).toBe(1009)
    const ids = await batch(1)
    await eventsSeen(good, 1)
    expect(good.ids()).toEqual(ids)
    good.ws.terminate()
  })

  test('a flood of messages ends that socket with 1013', async () => {
    const socket = await open()
    for (let n = 0; n < 400; n++) socket.send({ type: 'filter' })
    expect((await socket.closed).code).toBe(1013)
  })

  test('a broken frame ends that socket only', async () => {
    const [host, port] = hub.address.split(':')
    const tcp = connect(Number(port), host)
    const request = [
      'GET /ws/email HTTP/1.1',
      `Host: ${hub.address}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
    ]
    const keys = [
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Authorization: ${TOKEN}`,
    ]
    tcp.write([...request, ...keys, '', ''].join('\r\n'))
    await new Promise((resolve) => tcp.once('data', resolve))
    tcp.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    await new Promise((resolve) => tcp.once('close', resolve))
    expect((await hub.get('/api/events?limit=1')).status).toBe(200)
  })
})

test('a socket keeps nothing of its request', async () => {
  const answers = () => Number(queryObjects(ServerResponse, { format: 'count' })) // after a collection
  const before = answers()
  const sockets = await Promise.all(Array.from({ length: 20 }, () => open()))
  await Promise.all(sockets.map(live))
  expect(answers() - before).toBeLessThan(sockets.length / 2)
  for (const { ws } of sockets) ws.terminate()
})

test('the hub knows who looks on, and who does no more', async () => {
  const own = await startHub()
  const clients = async () => (await own.get('/api/setup')).body.clients
  const sockets = [
    await openSocket(own.address, '', { headers }),
    await openSocket(own.address, '', { headers }),
  ]
  await Promise.all(sockets.map(live))
  expect(await clients()).toBe(2)
  sockets[0]?.ws.close()
  sockets[1]?.ws.terminate()
  await eventually(clients).toBe(0)
  await own.close()
})

describe('shutdown', () => {
  test('tells every socket 1001, so that it comes back', async () => {
    const going = await startHub()
    const socket = await openSocket(going.address, '', { headers })
    await socket.first('hello')
    await going.close()
    expect((await socket.closed).code).toBe(1001)
  })
})

test('WebSocket of Node, which sends no headers, gets in by a ticket', async () => {
  const socket = new globalThis.WebSocket(`ws://${hub.address}/ws/email?ticket=${await ticket()}`)
  const hello = await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  expect(JSON.parse(String((hello as MessageEvent).data))).toMatchObject({ type: 'hello' })
  socket.close()
  expect(WebSocket.CLOSED).toBe(3)
})
