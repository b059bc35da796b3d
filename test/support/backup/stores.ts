// The pairs of stores that a hub can run on, for the tests of backup and restore: how each is backed up, lost, restored.
import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Run, Stores } from './stage.ts'
import { run as statement, type MariaDb } from '../servers/mariadb.ts'
import { startRedis, type RedisServer } from '../servers/redis.ts'

type Open = (folder: string) => Promise<Stores>

const SECRETS = { SECRET: 'a-secret-of-the-backup-tests' }
const dataDir = (folder: string): string => join(folder, 'data')
const loseDir = (folder: string): Promise<void> => rm(dataDir(folder), { recursive: true })
/** One block of docs/backup.md after the other. */
const all = async (run: Run, ...names: string[]): Promise<void> => {
  for (const name of names) await run(name)
}

export async function openEmbedded(folder: string): Promise<Stores> {
  const dir = dataDir(folder)
  return {
    settings: { DATA_DIR: dir },
    backUp: (run) => all(run, 'back up DATA_DIR'),
    loseAll: () => loseDir(folder),
    restoreAll: (run) => all(run, 'restore DATA_DIR'),
    loseDatabase: () => rm(join(dir, 'hub.sqlite')),
    restoreDatabase: (run) => all(run, 'restore DATA_DIR, keep the feed'),
    loseFeed: (run) => all(run, 'begin the feed anew'),
    async restoreFeed(run) {
      // That the database is newer than the feed is no advice, but it happens.
      await rename(dir, `${dir}.newer`)
      await run('restore DATA_DIR')
      const files = (await readdir(`${dir}.newer`)).filter((name) => name.startsWith('hub.sqlite'))
      for (const name of files) await cp(join(`${dir}.newer`, name), join(dir, name), { force: true })
    },
  }
}

export const startRedisToBackUp = (): Promise<RedisServer> => startRedis()

export const onRedis =
  (redis: () => RedisServer): Open =>
  async (folder) => {
    const feed = await openRedis(redis())
    return {
      settings: { ...SECRETS, ...feed.settings, DATA_DIR: dataDir(folder) },
      backUp: (run) => all(run, 'back up DATA_DIR', 'back up Redis'),
      loseAll: async () => void (await Promise.all([feed.lose(), loseDir(folder)])),
      restoreAll: (run) => feed.restore(run).then(() => all(run, 'restore DATA_DIR')),
      loseDatabase: () => loseDir(folder),
      restoreDatabase: (run) => all(run, 'restore DATA_DIR'),
      loseFeed: feed.lose,
      restoreFeed: feed.restore,
    }
  }

export const onMariaDb =
  (mariadb: () => MariaDb): Open =>
  async (folder) => {
    const database = await openDatabase(mariadb(), folder)
    return {
      settings: { ...SECRETS, ...database.settings, DATA_DIR: dataDir(folder) },
      backUp: (run) => all(run, 'back up the database', 'back up DATA_DIR'),
      loseAll: async () => void (await Promise.all([database.lose(), loseDir(folder)])),
      restoreAll: (run) => all(run, 'restore DATA_DIR', 'restore the database'),
      loseDatabase: database.lose,
      restoreDatabase: (run) => all(run, 'restore the database'),
      loseFeed: (run) => all(run, 'begin the feed anew'),
      restoreFeed: (run) => loseDir(folder).then(() => all(run, 'restore DATA_DIR')),
    }
  }

export const onBoth =
  (redis: () => RedisServer, mariadb: () => MariaDb): Open =>
  async (folder) => {
    const [feed, database] = await Promise.all([openRedis(redis()), openDatabase(mariadb(), folder)])
    return {
      settings: { ...SECRETS, ...feed.settings, ...database.settings, DATA_DIR: dataDir(folder) },
      backUp: (run) => all(run, 'back up the database', 'back up Redis'),
      loseAll: async () => void (await Promise.all([feed.lose(), database.lose()])),
      restoreAll: (run) => feed.restore(run).then(() => all(run, 'restore the database')),
      loseDatabase: database.lose,
      restoreDatabase: (run) => all(run, 'restore the database'),
      loseFeed: feed.lose,
      restoreFeed: feed.restore,
    }
  }

/** An empty Redis. */
async function openRedis(redis: RedisServer) {
  const lose = async (): Promise<void> => void (await redis.command('FLUSHALL'))
  await lose()
  return {
    settings: { REDIS_URL: redis.url },
    lose,
    async restore(run: Run): Promise<void> {
      await redis.stop()
      await run('restore Redis', { REDIS_DIR: redis.folder }).finally(redis.start)
      await run('end the sign-ins')
    },
  }
}

async function openDatabase(mariadb: MariaDb, folder: string) {
  const url = await mariadb.database()
  const name = basename(url)
  const optionFile = join(folder, 'client.cnf')
  const options = `[client]\nhost=127.0.0.1\nport=${new URL(url).port}\nuser=root\n`
  await writeFile(optionFile, options, { mode: 0o600 })
  return {
    settings: { DATABASE_URL: url, DATABASE: name, MY_CNF: optionFile },
    lose: async (): Promise<void> => void (await statement(mariadb.url(''), `DROP DATABASE ${name}`)),
  }
}
