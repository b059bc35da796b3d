// /lanes: the pace of each provider's lane, and going on by hand on one that was paused.
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../src/adapters/embedded/sending/lane-control.ts'
import type { LaneControl } from '../../../src/core/sending/ports.ts'
import { registerLanes } from '../../../src/http/campaigns/lanes.ts'
import { REQUEST_OPTIONS, setUpRequests } from '../../../src/http/server/requests.ts'
import { at } from '../../support/campaigns/campaigns-app.ts'
import { startHub, TOKEN } from '../../support/hub.ts'
import { openLedgerLab, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { openSqliteLab } from '../../support/database/sql-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

const OPEN = { state: 'open', reason: null, since: null, next_change_at: null, queued: 0 }
const GOOGLE = { ...OPEN, name: 'google', per_second: 20 }
const DEFAULT = { ...OPEN, name: 'default', per_second: 50 }
const CONFIGS = [
  { name: 'google', domains: ['gmail.com'], connections: 4, perSecond: 20 },
  { name: 'default', domains: [], connections: 10, perSecond: 50 },
]

let app: FastifyInstance
let lanes: LaneControl
let lab: LedgerLab
const clock = { now: NOON }
beforeEach(async () => {
  clock.now = NOON
  lab = await openLedgerLab(await openSqliteLab())
  lanes = createEmbeddedLaneControl(CONFIGS, () => clock.now)
  app = fastify(REQUEST_OPTIONS)
  setUpRequests(app)
  await registerLanes(app, { lanes, campaigns: lab.store, ledger: lab.ledger, now: () => clock.now })
})
afterEach(async () => {
  await app?.close()
  await lab?.close()
})

const get = async () => (await app.inject('/lanes')).json<unknown>()
const resume = (name: string) => app.inject({ method: 'POST', url: `/lanes/${name}/resume` })

test('GET tells how fast mails may go out to each provider', async () => {
  expect(await get()).toEqual({ lanes: [GOOGLE, DEFAULT] })
})

test('a lane that was paused goes on when it is resumed, and the answer says so', async () => {
  const reason = '535 5.7.8 wrong password'
  await lanes.pause('google', reason, NOON + MINUTE)
  const since = at(NOON)
  const paused = {
    ...GOOGLE,
    state: 'paused',
    reason,
    since,
    next_change_at: at(NOON + MINUTE),
    per_second: 0,
  }
  expect(await get()).toEqual({ lanes: [paused, DEFAULT] })
  clock.now += 1_000
  const answer = await resume('google')
  const resumed = { ...GOOGLE, since: at(NOON + 1_000) }
  expect([answer.statusCode, answer.json()]).toEqual([200, resumed])
  expect(await get()).toEqual({ lanes: [resumed, DEFAULT] })
})

test('a slowed lane says since when, and when it is raised next', async () => {
  await lanes.slowDown('google', '421 4.7.28 unusual rate')
  const slowed = { state: 'slowed', since: at(NOON), next_change_at: at(NOON + 5_000), per_second: 10 }
  expect(await get()).toMatchObject({ lanes: [slowed, DEFAULT] })
})

test('a lane says how many mails of all that runs wait on it; of lanes that are gone on the default one', async () => {
  await lab.addSubscribers({ count: 5, domain: 'gmail.com' })
  await lab.addSubscribers({ count: 3, from: 10, domain: 'naver.com' })
  await lab.expand(await lab.start())
  await lab.expand(await lab.start())
  const paused = await lab.start()
  await lab.expand(paused)
  await lab.store.change(paused.id, ['running'], { status: 'paused' })
  const queued = [
    { ...GOOGLE, queued: 10 },
    { ...DEFAULT, queued: 6 },
  ]
  expect(await get()).toEqual({ lanes: queued })
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
