// A start that cannot succeed says why in one line, with the setting's name and without its password. One that may still
// succeed waits, and says what for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { HubError } from '../../src/core/errors.ts'
import { patiently } from '../../src/wire/reach.ts'
import { databaseOf, openDatabase, openEvents } from '../../src/wire/stores.ts'
import { silentLog } from '../support/events/feed-lab.ts'
import { run, startMariaDb, type MariaDb } from '../support/servers/mariadb.ts'
import { spawnHub, type HubProcess } from '../support/process.ts'
import { startRedis, type RedisServer } from '../support/servers/redis.ts'
import { freePort } from '../support/servers/server-process.ts'
import { until } from '../support/eventually.ts'

const PASSWORD = 'never-to-be-told'
const SECRETS = { API_TOKEN: 'the-api-token-of-the-tests', SECRET: 'the-secret-of-the-tests' }

let redis: RedisServer
let mariadb: MariaDb
let dir: string
let hub: HubProcess | undefined
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-starting-'))
  redis = await startRedis()
  mariadb = await startMariaDb()
  await mariadb.database()
  await run(mariadb.url(''), `CREATE USER hub@localhost IDENTIFIED BY 'right-password'`)
  await redis.command('ACL', 'SETUSER', 'noinfo', 'on', `>${PASSWORD}`, '~*', '&*', '+@all', '-info')
  await redis.command('ACL', 'SETUSER', 'nokeys', 'on', `>${PASSWORD}`, '~other:*', '&*', '+@all')
  await redis.command('ACL', 'SETUSER', 'nothing', 'on', `>${PASSWORD}`, '-@all')
  await redis.command('ACL', 'SETUSER', 'noconfig', 'on', `>${PASSWORD}`, '~*', '&*', '+@all', '-config')
  await redis.command('CONFIG', 'SET', 'requirepass', 'right-password')
})
afterEach(async () => {
  hub?.child.kill('SIGKILL')
  await hub?.exited
})
afterAll(async () => {
  await redis.close()
  await mariadb.close()
  await rm(dir, { recursive: true, force: true })
})

async function start(env: Record<string, string>): Promise<HubProcess> {
  hub = spawnHub({ PORT: String(await freePort()), DATA_DIR: dir, ...SECRETS, ...env })
  return hub
}

const at = (user: string, path = '') => redis.url.replace('redis://', `redis://${user}@`).replace('/0', path)
const sql = (user: string, name = 'test_1') => mariadb.url(name).replace('root@', `${user}@`)

type Case = readonly [what: string, env: () => Record<string, string>, line: RegExp]

const REFUSED: readonly Case[] = [
  ['a wrong password of Redis', () => ({ REDIS_URL: at(`:${PASSWORD}`) }), /WRONGPASS/],
  ['no password for Redis', () => ({ REDIS_URL: redis.url }), /NOAUTH/],
  ['a Redis user without INFO', () => ({ REDIS_URL: at(`noinfo:${PASSWORD}`) }), /INFO: NOPERM/],
  [
    'a Redis user without keys',
    () => ({ REDIS_URL: at(`nokeys:${PASSWORD}`) }),
    /EVAL: .*NOPERM|EVAL: .*permission/,
  ],
  ['a Redis user without anything', () => ({ REDIS_URL: at(`nothing:${PASSWORD}`) }), /NOPERM/],
  ['a Redis database out of range', () => ({ REDIS_URL: at(':right-password', '/99') }), /DB index/],
  ['a Redis database by name', () => ({ REDIS_URL: at(':right-password', '/hub') }), /must be a number/],
  ['an option of Redis', () => ({ REDIS_URL: `${at(':right-password')}?tls=true` }), /no option "tls"/],
  ['a wrong password of MySQL', () => ({ DATABASE_URL: sql(`hub:${PASSWORD}`) }), /Access denied/],
  ['a MySQL database that is not there', () => ({ DATABASE_URL: sql('root', 'other') }), /Unknown database/],
  ['a MySQL user without rights', () => ({ DATABASE_URL: sql('hub:right-password') }), /Access denied/],
  ['no name of a database', () => ({ DATABASE_URL: sql('root', '') }), /name of the database is missing/],
  ['an option of MySQL', () => ({ DATABASE_URL: `${sql('root')}?useSSL=true` }), /no option "useSSL"/],
  [
    'TLS to a MySQL without',
    () => ({ DATABASE_URL: `${sql('root')}?ssl-mode=REQUIRED` }),
    /secure connection/,
  ],
]

test.for(REFUSED)('%s is refused in one line', async ([, env, line]) => {
  const given = env()
  const [setting = ''] = Object.keys(given)
  const told = await refusal(given)
  expect(told).toMatch(new RegExp(`^${setting}: [^\n]+$`))
  expect(told).toMatch(line)
  expect(told).not.toContain(PASSWORD)
})

/** What wire.ts does first with these settings. It is to fail, and to leave nothing open then. */
async function refusal(settings: Record<string, string>): Promise<string> {
  const config = loadConfig({ DATA_DIR: dir, ...SECRETS, ...settings }, '/nonexistent/.env')
  const reached = config.REDIS_URL
    ? openEvents(config, silentLog)
    : patiently(databaseOf(config), silentLog, () => openDatabase(config, silentLog))
  return reached.then(
    () => 'taken',
    ({ message }: Error) => message,
  )
}

test.for(REFUSED.filter(([what]) => what.startsWith('a wrong password')))(
  '%s stops the start with that line',
  async ([, env, line]) => {
    const given = env()
    const { exited, printed } = await start(given)
    expect(await exited).toBe(1)
    const [setting = ''] = Object.keys(given)
    expect(printed()).toMatch(new RegExp(`^mail-event-hub cannot start: ${setting}: [^\n]+\n$`))
    expect(printed()).toMatch(line)
    expect(printed()).not.toContain(PASSWORD)
  },
)

const AWAITED: readonly Case[] = [
  [
    'TLS to a Redis without',
    () => ({ REDIS_URL: at(`:${PASSWORD}`).replace('redis:', 'rediss:') }),
    /ETIMEDOUT|closed|SSL/,
  ],
  ['a Redis that is not there', () => ({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:1` }), /ECONNREFUSED/],
  [
    'a MySQL that is not there',
    () => ({ DATABASE_URL: `mysql://hub:${PASSWORD}@127.0.0.1:1/hub` }),
    /ECONNREFUSED/,
  ],
  [
    'an unknown host of Redis',
    () => ({ REDIS_URL: `redis://:${PASSWORD}@hub.invalid` }),
    /ENOTFOUND|EAI_AGAIN/,
  ],
  [
    'an unknown host of MySQL',
    () => ({ DATABASE_URL: `mysql://hub:${PASSWORD}@hub.invalid/hub` }),
    /ENOTFOUND|EAI_AGAIN/,
  ],
]

test.for(AWAITED)('%s is told at once, in one line', async ([, env, line]) => {
  const given = env()
  const { printed } = await start(given)
  const [setting = ''] = Object.keys(given)
  await until(() => expect(printed()).toContain('\n'))
  const told = printed()
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, string>)
  expect(told).toMatchObject([{ setting, cause: expect.stringMatching(line) }])
  expect(printed()).not.toContain(PASSWORD)
})

test('a Redis user without CONFIG starts, and is told of it once', async () => {
  const started = await start({ REDIS_URL: at(`noconfig:${PASSWORD}`) })
  await started.ready()
  const told = started
    .printed()
    .split('\n')
    .filter((text) => text.includes('CONFIG GET is refused'))
  expect(told.map((line) => JSON.parse(line))).toMatchObject([{ level: 40 }])
})

describe('an outage while it runs', () => {
  test('of Redis is told in a few structured lines, however long it takes', async () => {
    const own = await startRedis()
    onTestFinished(() => own.close())
    const started = await start({ REDIS_URL: own.url })
    await started.ready()
    const before = started.printed().length
    await own.kill()
    const told = () => started.printed().slice(before).trim().split('\n')
    await until(() => expect(told().join()).toContain('Redis cannot be reached'))
    for (let asked = 0; asked < 3; asked++) await fetch(`${started.url}/readyz`)
    const lines = told().map((line) => JSON.parse(line) as { msg: string })
    const outage = lines.filter(({ msg }) => msg !== 'request')
    const names = outage.map(({ msg }) => msg)
    expect(names.length, names.join('\n')).toBeLessThan(15)
  })
})

describe('patience', () => {
  const patience = { forMs: 400, tellMs: 100, retryMs: 5 }
  const down = new HubError('archive.unavailable', { cause: new Error('connect ECONNREFUSED') })

  test('tells again and again, and ends with the cause', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    onTestFinished(() => void vi.useRealTimers())
    const warn = vi.fn()
    const log = { info: vi.fn(), warn, error: vi.fn() }
    const reach = async () => {
      vi.setSystemTime(Date.now() + 50) // each try takes so long
      throw down
    }
    await expect(patiently('DATABASE_URL', log, reach, patience)).rejects.toThrow(
      'DATABASE_URL: connect ECONNREFUSED',
    )
    expect(warn).toHaveBeenCalledTimes(4) // after 50, 150, 250 and 350 ms
    expect(warn.mock.calls[0]).toEqual([
      { setting: 'DATABASE_URL', cause: 'connect ECONNREFUSED' },
      'DATABASE_URL cannot be reached, trying again',
    ])
  })

  test('goes on when the store comes up', async () => {
    const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
    const reach = vi.fn<() => Promise<string>>().mockRejectedValueOnce(down).mockResolvedValueOnce('there')
    expect(await patiently('REDIS_URL', log, reach, patience)).toBe('there')
    expect(log.warn).toHaveBeenCalledTimes(1)
  })
})
