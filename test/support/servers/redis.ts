// A real Redis for tests: its own folder and port, and everything that can happen to a server.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { eventually } from '../eventually.ts'
import { end, freePort, launch, untilReady, type ServerProcess } from './server-process.ts'

const START_MS = 300_000
// What a careful operator sets: every write is on disk before it is answered.
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
/** Without the pause in which it waits for more replicas that want the same snapshot. */
const AT_ONCE = ['--repl-diskless-sync-delay', '0']

export type RedisServer = Awaited<ReturnType<typeof startRedis>>

export async function startRedis(settings: readonly string[] = DURABLE) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}/0`
  let server: ServerProcess

  async function start(): Promise<void> {
    const network = ['--port', `${port}`, '--bind', '127.0.0.1']
    server = launch('redis-server', [...network, '--dir', folder, ...AT_ONCE, ...settings])
    await untilReady(server, () => command(url, ['PING']), START_MS)
  }

  await start()
  return {
    url,
    /** Where it keeps its files. */
    folder,
    start,
    stop: () => end(server, 'TERM'),
    kill: () => end(server, 'KILL'),
    pause: () => server.signal('STOP'),
    resume: () => server.signal('CONT'),
    /** Makes it a replica, and waits until it has what the other has. */
    async copy(other: { readonly url: string }): Promise<void> {
      const { hostname, port: from } = new URL(other.url)
      await command(url, ['REPLICAOF', hostname, from])
      const synced = /master_link_status:up[^]*sync_in_progress:0/
      await eventually(() => command(url, ['INFO', 'replication'])).toMatch(synced)
    },
    promote: () => command(url, ['REPLICAOF', 'NO', 'ONE']),
    /** Runs one command, as an operator would in redis-cli. */
    command: (...words: readonly [string, ...string[]]) => command(url, words),
    async close(): Promise<void> {
      await end(server, 'KILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function command(url: string, [name, ...args]: readonly [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, protocol: 2, retryStrategy: null })
  redis.on('error', () => {}) // told by the command itself
  try {
    await redis.connect()
    return await redis.call(name, ...args)
  } finally {
    redis.disconnect()
  }
}
