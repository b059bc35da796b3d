// Setup frames on /ws/email, for those who ask: the same as /api/setup, as it is and when it changes, whichever process has
// changed it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../../support/servers/redis.ts'
import { openSocket, type Frame, type TestSocket } from '../../../support/socket.ts'

type SetupFrame = Frame & { readonly setup: Record<string, unknown> & { readonly clients: number } }
const headers = { authorization: TOKEN }
const isSetup = (frame: Frame): frame is SetupFrame => frame.type === 'setup'
const told = (socket: TestSocket, check: (setup: SetupFrame['setup']) => boolean) =>
  socket.until((frames) => frames.some((frame) => isSetup(frame) && check(frame.setup)))

let redis: RedisServer
let mariadb: MariaDb
beforeAll(async () => void ([redis, mariadb] = await Promise.all([startRedis(), startMariaDb()])))
afterAll(async () => void (await Promise.all([redis?.close(), mariadb?.close()])))

describe.each(['its own stores', 'shared stores'])('on %s', (stores) => {
  let hubs: readonly TestHub[]
  beforeEach(async () => {
    if (stores === 'its own stores') {
      const hub = await startHub()
      hubs = [hub, hub]
    } else {
      const env = { REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() }
      hubs = [await startHub(env), await startHub(env)]
    }
  })
  afterEach(async () => void (await Promise.all([...new Set(hubs)].map((hub) => hub.close()))))

  test('is told as it is, and again when an event has come through any process', async () => {
    const [first, second] = hubs as [TestHub, TestHub]
    const socket = await openSocket(first.address, 'setup=1&events=inbound', { headers })
    const silent = await openSocket(first.address, '', { headers })
    await told(socket, () => true)
    const begins = socket.frames.find(isSetup)?.setup
    expect(begins).toMatchObject({ first_event_at: null, keys: 1, quarantine: 0 })
    await second.post([{ event: 'send', ts: 1 }, 'no event'])
    await told(socket, (setup) => setup.first_event_at !== null && setup.quarantine === 1)
    const { body } = await first.get('/api/setup')
    const others = stores === 'its own stores' ? [] : [{ role: 'all', silent: false, version: body.version }]
    expect(body.other_processes).toMatchObject(others)
    expect(Object.keys(socket.frames.findLast(isSetup)?.setup ?? {})).toEqual(Object.keys(body))
    expect(silent.frames.filter(isSetup)).toEqual([])
    socket.ws.terminate()
    silent.ws.terminate()
  })
})

test('a process that is stopped is no other process any more', async () => {
  const env = { REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() }
  const hub = await startHub(env)
  const others = async () => ((await hub.get('/api/setup')).body.other_processes as unknown[]).length
  const before = await others()
  const second = await startHub(env)
  await eventually(others).toBe(before + 1)
  await second.close()
  expect(await others()).toBe(before)
  await hub.close()
})
