// Chooses the stores by the settings. Nothing else asks which ones they are.
import { join } from 'node:path'
import { openEmbeddedFeed } from '../adapters/embedded/feed/feed.ts'
import { createMemoryOneTime } from '../adapters/embedded/one-time.ts'
import { openEmbeddedSendStores } from '../adapters/embedded/sending/stores.ts'
import type { Sql } from '../adapters/sql/driver/dialect.ts'
import { dropLeases } from '../adapters/sql/driver/leases.ts'
import { openSqlite } from '../adapters/sql/driver/sqlite/sqlite.ts'
import type { Config } from '../config/config.ts'
import type { EventFeed } from '../core/events/ports.ts'
import { rememberingAppends } from '../core/operations/health.ts'
import type { Log } from '../core/log.ts'
import type { OneTime, Processes } from '../core/ports.ts'
import type { LaneConfig } from '../core/sending/lanes/lanes.ts'
import type { SendStores } from '../core/sending/ports.ts'
import { named, patiently } from './reach.ts'

/** The setting that names a store in errors. */
export const databaseOf = ({ DATABASE_URL }: Config) => (DATABASE_URL ? 'DATABASE_URL' : 'DATA_DIR')
export const feedOf = ({ REDIS_URL }: Config) => (REDIS_URL ? 'REDIS_URL' : 'DATA_DIR')

export function namesOfStores({ REDIS_URL, DATABASE_URL }: Config) {
  return { events: REDIS_URL ? 'redis' : 'embedded', database: DATABASE_URL ? 'mysql' : 'sqlite' }
}

export type Events = {
  readonly feed: EventFeed
  readonly oneTime: OneTime
  readonly processes: Processes
  close(): Promise<void>
}

/** For a process that has its stores alone. */
const ALONE: Processes = { tell: async () => {}, list: async () => [], leave: async () => {} }

export async function openEvents(config: Config, log: Log): Promise<Events> {
  const bounds = { retention: config.EVENT_RETENTION, maxBytes: config.EVENT_MAX_BYTES, log }
  const { REDIS_URL: url } = config
  if (!url) {
    const file = join(config.DATA_DIR, 'feed.sqlite')
    const opened = await named('DATA_DIR', () => openEmbeddedFeed({ file, ...bounds }))
    const feed = rememberingAppends(opened)
    const ended = join(config.DATA_DIR, 'ended-sessions')
    const oneTime = await named('DATA_DIR', async () => createMemoryOneTime(ended))
    return { feed, oneTime, processes: ALONE, close: () => feed.close() }
  }
  // Loaded only where they are used: an embedded hub starts faster and takes tens of megabytes less.
  const { openRedisFeed } = await import('../adapters/redis/feed/feed.ts')
  const { openRedisOneTime } = await import('../adapters/redis/one-time.ts')
  const { openRedisProcesses } = await import('../adapters/redis/processes.ts')
  const { probeRedis } = await import('../adapters/redis/probe.ts')
  await patiently('REDIS_URL', log, () => probeRedis(url))
  const feed = rememberingAppends(openRedisFeed({ url, ...bounds }))
  const oneTime = openRedisOneTime({ url, log })
  const processes = openRedisProcesses({ url, log })
  const all = [feed, oneTime, processes]
  return {
    feed,
    oneTime,
    processes,
    close: async () => void (await Promise.all(all.map((each) => each.close()))),
  }
}

export async function openDatabase(config: Config, log: Log): Promise<Sql> {
  if (!config.DATABASE_URL) {
    const sql = await openSqlite({ file: join(config.DATA_DIR, 'hub.sqlite'), log })
    await sql.run(dropLeases(sql)) // DATA_DIR is locked, so leases of a killed process need not be waited for
    return sql
  }
  const { openMysql } = await import('../adapters/sql/driver/mysql/mysql.ts')
  return openMysql({ url: config.DATABASE_URL, log })
}

export async function openSendStores(
  config: Config,
  configs: readonly LaneConfig[],
  log: Log,
): Promise<SendStores> {
  const file = join(config.DATA_DIR, 'sending.sqlite')
  if (!config.REDIS_URL) return named('DATA_DIR', () => openEmbeddedSendStores({ file, configs, log }))
  const { openRedisSendStores } = await import('../adapters/redis/sending/stores.ts')
  return openRedisSendStores({ url: config.REDIS_URL, configs, log })
}
