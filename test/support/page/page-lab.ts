// A hub that all tests of a file share, and the browser.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest'
import { openPage, runHub, serveHub, type HubProgram, type PageOptions, type RunningHub } from './browser.ts'
import { sharedBrowser } from './launch.ts'
import { startMariaDb } from '../servers/mariadb.ts'
import { startRedis } from '../servers/redis.ts'

export const SECRET = 'a-secret-of-the-browser-tests'

type Stores = {
  /** Settings of a hub whose stores are empty. */
  empty(): Promise<Record<string, string>>
  /** Until what it gives is called, the archive takes nothing: its server is gone, or its file is locked. */
  breakArchive(): Promise<() => Promise<unknown>>
  /** Until what it gives is called, the event store is gone. */
  breakFeed?(): Promise<() => Promise<unknown>>
  /** Until what it gives is called, the event store can be read, and takes nothing. */
  fillFeed?(): Promise<() => Promise<unknown>>
  close(): Promise<unknown>
}

type Asked = [
  /** Tells the hub what there is to see. */
  fill?: (hub: RunningHub) => Promise<unknown>,
  env?: () => Record<string, string>,
  kind?: 'embedded' | 'shared',
]

export const usePageLab = (...asked: Asked) => useLab<RunningHub>(serveHub, ...asked)

/** The hub is a program of its own, which can be killed. */
export const useProgramLab = (...asked: Asked) => useLab<HubProgram>(runHub, ...asked)

function useLab<Hub extends RunningHub>(
  open: (env: Record<string, string>) => Promise<Hub>,
  ...[fill = async () => {}, env = () => ({}), kind = 'embedded']: Asked
) {
  let browser: Browser
  let stores: Stores
  let hub: Hub
  const embedded: Stores = {
    empty: async () => ({}),
    async breakArchive() {
      const file = new DatabaseSync(join(hub.dataDir, 'hub.sqlite'), { timeout: 5_000 })
      file.exec('BEGIN IMMEDIATE')
      return async () => file.close()
    },
    close: async () => {},
  }
  async function start(): Promise<void> {
    hub = await open({ SECRET, ...(await stores.empty()), ...env() })
    await fill(hub)
  }
  beforeAll(async () => {
    browser = await sharedBrowser()
    stores = kind === 'shared' ? await startServers() : embedded
    await start()
  })
  // A second try begins as the first did.
  beforeEach(async ({ task }) => {
    if (!task.result?.retryCount) return
    await hub.close()
    await start()
  })
  afterAll(async () => {
    await hub?.close()
    await stores?.close()
  })
  return {
    get hub() {
      return hub
    },
    breakArchive: () => stores.breakArchive(),
    async breakFeed() {
      if (!stores.breakFeed) throw new Error('only a server of its own can be away')
      return stores.breakFeed()
    },
    async fillFeed() {
      if (!stores.fillFeed) throw new Error('only a server of its own can be full')
      return stores.fillFeed()
    },
    /** A browser profile of its own, with the page open in it until the test ends. */
    async open(options?: PageOptions) {
      const opened = await openPage(browser, hub, options)
      onTestFinished(opened.close)
      return opened
    },
  }
}

async function startServers(): Promise<Stores> {
  const [redis, mariadb] = await Promise.all([startRedis(), startMariaDb()])
  return {
    async empty() {
      await redis.command('FLUSHALL')
      return { REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() }
    },
    async breakArchive() {
      await mariadb.kill()
      return () => mariadb.start()
    },
    async breakFeed() {
      await redis.kill()
      return () => redis.start()
    },
    async fillFeed() {
      const bound = (bytes: string) => redis.command('CONFIG', 'SET', 'maxmemory', bytes)
      await bound('1')
      return () => bound('0')
    },
    close: () => Promise.all([redis.close(), mariadb.close()]),
  }
}
