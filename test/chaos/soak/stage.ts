// What a soak runs on: one hub on its own, one on Redis, or two behind a load balancer on one Redis and one MariaDB.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariaDb } from '../../support/servers/mariadb.ts'
import { startRedis } from '../../support/servers/redis.ts'
import { openBalancer } from '../balancer.ts'
import { startHubProcess, type HubProcess } from '../hub-process.ts'

export const STORES = ['embedded', 'redis', 'pair'] as const
export type Store = (typeof STORES)[number]

/** Something that can be killed at any moment and started again. */
export type Victim = { readonly what: string; kill(): Promise<void>; start(): Promise<void> }

export type Stage = {
  /** host:port for everybody. */
  readonly address: string
  readonly webhookUrl: string
  readonly hubs: readonly Victim[]
  readonly stores: readonly Victim[]
  get(path: string): Promise<unknown>
  /** The most memory that any hub held, in MiB. */
  peakMiB(): number
  close(): Promise<void>
}

const WEBHOOK_URL = 'https://hub.example.com/api/hook'

/** `settings`: more of the hubs' environment. */
export async function openStage(
  store: Store,
  settings: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'hub-soak-'))
  // Also when the run is cut short.
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const redis = store === 'embedded' ? undefined : await startRedis()
  const mariadb = store === 'pair' ? await startMariaDb() : undefined
  const env = {
    REDIS_URL: redis?.url ?? '',
    DATABASE_URL: (await mariadb?.database()) ?? '',
    MANDRILL_WEBHOOK_URL: WEBHOOK_URL,
    ...settings,
  }
  const names = store === 'pair' ? ['one hub', 'the other hub'] : ['the hub']
  const hubs: HubProcess[] = []
  // One after the other: the first one makes the tables.
  for (const name of names) hubs.push(await startHubProcess(join(dir, name), env))
  const balancer = await openBalancer(hubs.map(({ address }) => Number(address.split(':')[1])))
  const [first] = hubs
  return {
    address: balancer.address,
    webhookUrl: WEBHOOK_URL,
    hubs: hubs.map((hub, at) => ({ what: names[at] ?? '', ...hub })),
    stores: [
      ...(redis ? [{ what: 'Redis', ...redis }] : []),
      ...(mariadb ? [{ what: 'MariaDB', ...mariadb }] : []),
    ],
    get: (path) => first?.get(path) ?? Promise.reject(new Error('no hub')),
    peakMiB: () => Math.max(...hubs.map((hub) => hub.peakMiB())),
    async close() {
      await balancer.close()
      await Promise.all(hubs.map((hub) => hub.stop()))
      await redis?.close()
      await mariadb?.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
