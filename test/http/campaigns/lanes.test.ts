// /lanes: the pace of each provider's lane, and going on by hand on one that was paused.
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../src/adapters/embedded/sending/lane-control.ts'
import type { LaneControl } from '../../../src/core/sending/ports.ts'
import { registerLanes } from '../../../src/http/campaigns/lanes.ts'
import { REQUEST_OPTIONS, setUpRequests } from '../../../src/http/server/requests.ts'
import { startHub, TOKEN } from '../../support/hub.ts'
import { MINUTE, NOON } from '../../support/times.ts'

const GOOGLE = { name: 'google', state: 'open', reason: null, per_second: 20 }
const DEFAULT = { name: 'default', state: 'open', reason: null, per_second: 50 }
const CONFIGS = [
  { name: 'google', domains: ['gmail.com'], connections: 4, perSecond: 20 },
  { name: 'default', domains: [], connections: 10, perSecond: 50 },
]

let app: FastifyInstance
let lanes: LaneControl
beforeEach(async () => {
  lanes = createEmbeddedLaneControl(CONFIGS, () => NOON)
  app = fastify(REQUEST_OPTIONS)
  setUpRequests(app)
  await registerLanes(app, { lanes })
})
afterEach(() => app?.close())

const get = async () => (await app.inject('/lanes')).json<unknown>()
const resume = (name: string) => app.inject({ method: 'POST', url: `/lanes/${name}/resume` })

test('GET tells how fast mails may go out to each provider', async () => {
  expect(await get()).toEqual({ lanes: [GOOGLE, DEFAULT] })
})

test('a lane that was paused goes on when it is resumed, and the answer says so', async () => {
  const reason = '535 5.7.8 wrong password'
  await lanes.pause('google', reason, NOON + MINUTE)
  expect(await get()).toEqual({ lanes: [{ ...GOOGLE, state: 'paused', reason, per_second: 0 }, DEFAULT] })
  const answer = await resume('google')
  expect([answer.statusCode, answer.json()]).toEqual([200, GOOGLE])
  expect(await get()).toEqual({ lanes: [GOOGLE, DEFAULT] })
})

test('a lane that is open stays as it is when it is resumed', async () => {
  const answer = await resume('default')
  expect([answer.statusCode, answer.json()]).toEqual([200, DEFAULT])
})

test.each(['naver', 'GOOGLE', '%00', '__proto__'])('there is no lane %s: 404', async (name) => {
  const answer = await resume(name)
  expect([answer.statusCode, answer.json()]).toMatchObject([404, { error: { code: 'lane.not_found' } }])
})

test('a hub has the lanes of MAIL_LANES, for whoever has the token', async () => {
  const lane = { name: 'default', domains: [], connections: 1, per_second: 7 }
  const hub = await startHub({ MAIL_LANES: JSON.stringify([lane]) })
  const url = '/lanes/default/resume'
  expect(await hub.get('/lanes')).toMatchObject({ body: { lanes: [{ ...DEFAULT, per_second: 7 }] } })
  expect(await hub.call({ method: 'POST', url, headers: { authorization: TOKEN } })).toMatchObject({
    status: 200,
    body: { name: 'default', per_second: 7 },
  })
  expect((await hub.call({ method: 'GET', url: '/lanes' })).status).toBe(401)
  expect((await hub.call({ method: 'POST', url })).status).toBe(401)
  await hub.close()
})
