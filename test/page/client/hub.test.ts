// /client.js in Node against a real hub: a token is enough, and a restart of the connection loses nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket as NpmWebSocket } from 'ws'
import type { Campaign } from '../../../public/client.d.ts'
import { connect } from '../../../public/client.js'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { until } from '../../support/eventually.ts'

let hub: TestHub

beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const mail = (subject: string, event = 'send') => ({
  event,
  ts: 1_893_456_000,
  _id: subject,
  msg: { _id: subject, subject },
})

test('events come with the token alone, filtered, and once over a broken connection', async () => {
  const seen: string[] = []
  const states: string[] = []
  const sockets: WebSocket[] = []
  class Watched extends WebSocket {
    constructor(url: string | URL) {
      super(url)
      sockets.push(this)
    }
  }
  const connection = connect({
    url: `http://${hub.address}`,
    token: TOKEN,
    events: ['open'],
    WebSocket: Watched,
    onEvent: ({ data }) => seen.push(String(data['_id'])),
    onState: ({ state }) => states.push(state),
  })
  await until(() => expect(states.at(-1)).toBe('live'))
  await hub.post([mail('one', 'open'), mail('not this one'), mail('two', 'open')])
  await until(() => expect(seen).toEqual(['one', 'two']))

  sockets[0]?.close()
  await hub.post([mail('three', 'open')])
  await until(() => expect(seen).toEqual(['one', 'two', 'three']))

  connection.filter({})
  await hub.post([mail('four')])
  await until(() => expect(seen).toEqual(['one', 'two', 'three', 'four']))
  connection.close()
})

test('a wrong token ends it for good', async () => {
  const states: object[] = []
  connect({ url: `http://${hub.address}`, token: 'wrong', onState: (state) => states.push(state) })
  await until(() => expect(states.at(-1)).toMatchObject({ state: 'closed', code: 4401 }))
})

test('campaigns are told to whoever asks for them', async () => {
  const seen: Campaign[] = []
  const connection = connect({
    url: `http://${hub.address}`,
    token: TOKEN,
    onCampaign: (campaign) => seen.push(campaign),
  })
  const { body } = await hub.call({
    method: 'POST',
    url: '/campaigns',
    headers: { authorization: TOKEN },
    payload: { subject: 'News', content: '<p>Hello</p>' },
  })
  await until(() => expect(seen.at(-1)).toMatchObject({ id: body.id, status: 'draft' }))
  expect([...seen].pop()).toEqual((await hub.get('/campaigns')).body.campaigns[0])
  connection.close()
})

test("with the sockets of npm's ws, too, a hub that cannot be reached is waited for", async () => {
  const states: object[] = []
  // Port 9 discards, and nobody listens there.
  const connection = connect({
    url: 'http://127.0.0.1:9',
    WebSocket: NpmWebSocket,
    onState: (state) => states.push(state),
  })
  await until(() => expect(states.at(-1)).toMatchObject({ state: 'waiting', code: 1006 }))
  connection.close()
})
