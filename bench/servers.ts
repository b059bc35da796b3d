// Starts what is measured: the hub on each kind of store, the stores, and the servers that it is measured against.
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../test/support/servers/mariadb.ts'
import { answersOk, freePort, launch, type Process } from './processes.ts'

export type Store = 'embedded' | 'shared'

export type Running = {
  readonly server: Process
  readonly port: number
  /** What it leans on, such as Redis: counted apart. */
  readonly stores: readonly Process[]
  close(): Promise<void>
}

export type RunningHub = Running & {
  readonly dir: string
  /** The archive's: the URL of its server, or its file. */
  readonly database: string
  readonly webhookUrl: string
  readonly key: string
  readonly token: string
}

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const BUN = fileOf('peers/node_modules/@oven/bun-linux-x64/bin/bun')

/** By `npm start`: see package.json. */
const AS_STARTED = ['--max-semi-space-size=4', '--max-old-space-size=1024', '--no-parallel-scavenge']

type Bare =
  | 'http-body'
  | 'fastify-body'
  | 'fastify-routes'
  | 'usual-hook'
  | 'ws-echo'
  | 'socket-io'
  | 'bun-push'
  | 'plain-inserts'

export async function startBare(file: Bare): Promise<Running> {
  const port = await freePort()
  const folder = await makeFolder()
  const redis = file === 'usual-hook' ? await startRedis(folder.path) : undefined
  const server = await launch({
    command: file === 'bun-push' ? BUN : process.execPath,
    args: [fileOf(`bare/${file}.${file === 'bun-push' ? 'js' : 'ts'}`)],
    env: { PORT: String(port), REDIS_PORT: String(redis?.port ?? '') },
    ready: () => answersOk(`http://127.0.0.1:${port}/`),
  })
  const close = async () => {
    await server.stop()
    await redis?.server.stop()
    await folder.remove()
  }
  return { server, port, stores: redis ? [redis.server] : [], close }
}

export async function startHub(
  store: Store,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningHub> {
  const folder = await makeFolder()
  const dir = folder.path
  const redis = store === 'shared' ? await startRedis(dir) : undefined
  const mariaDb = store === 'shared' ? await startMariaDb(dir) : undefined
  const port = await freePort()
  const webhookUrl = `http://localhost:${port}/api/hook`
  const [key, token] = ['bench-webhook-key', 'the-api-token-of-the-bench']
  const server = await launch({
    command: process.execPath,
    args: [...AS_STARTED, fileOf('../src/server.ts')],
    env: {
      NODE_COMPILE_CACHE: fileOf('../node_modules/.cache/node'),
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: join(dir, 'hub'),
      API_TOKEN: token,
      SECRET: 'the-secret-of-the-bench',
      MANDRILL_WEBHOOK_KEYS: key,
      LOG_LEVEL: 'warn',
      REDIS_URL: redis ? `redis://127.0.0.1:${redis.port}` : '',
      DATABASE_URL: mariaDb?.url ?? '',
      ...settings,
    },
    ready: () => answersOk(`http://127.0.0.1:${port}/readyz`),
  })
  const stores = [redis?.server, mariaDb?.server].filter((process) => process !== undefined)
  const close = async () => {
    await server.stop()
    for (const each of stores) await each.stop()
    await folder.remove()
  }
  const database = mariaDb?.url ?? join(dir, 'hub/hub.sqlite')
  return { server, stores, port, dir, database, webhookUrl, key, token, close }
}

/** nginx with nchan (C): POST /push goes to all that have GET /ws; its messages in memory, or in Redis. */
export async function startNchan(store: 'memory' | 'redis' = 'memory'): Promise<Running> {
  const port = await freePort()
  const folder = await makeFolder()
  const redis = store === 'redis' ? await startRedis(folder.path) : undefined
  const conf = join(folder.path, 'nginx.conf')
  await writeFile(conf, nchanConf(folder.path, port, redis?.port))
  const server = await launch({
    command: 'nginx',
    args: ['-c', conf],
    ready: () => answersOk(`http://127.0.0.1:${port}/`),
  })
  const close = async () => {
    await server.stop()
    await redis?.server.stop()
    await folder.remove()
  }
  return { server, port, stores: redis ? [redis.server] : [], close }
}

function nchanConf(dir: string, port: number, redis?: number): string {
  const inRedis = redis ? 'nchan_redis_pass redis;' : ''
  return `
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; master_process off; pid ${dir}/pid; error_log stderr error;
events { worker_connections 20000; }
http {
  access_log off; client_body_temp_path ${dir}/body; client_body_buffer_size 1m; client_max_body_size 8m;
  keepalive_requests 100000000; keepalive_timeout 1h;
  ${redis ? `upstream redis { nchan_redis_server redis://127.0.0.1:${redis}; }` : ''}
  server {
    listen 127.0.0.1:${port};
    location = / { return 200; }
    location = /push { ${inRedis} nchan_publisher; nchan_channel_id events; nchan_message_buffer_length 20000; }
    location = /ws { ${inRedis} nchan_subscriber websocket; nchan_channel_id events; nchan_subscriber_first_message newest; }
  }
}
`
}

/** Gone afterwards, also when the run is cut short. */
async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** With an append-only file, as an operator would run it: what the hook answers 200 must survive. */
async function startRedis(dir: string): Promise<{ server: Process; port: number }> {
  const port = await freePort()
  const server = await launch({
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--save', ''],
    core: 'load',
    ready: () => answersPing(port),
  })
  return { server, port }
}

async function startMariaDb(dir: string): Promise<{ server: Process; url: string }> {
  const port = await freePort()
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const place = ['--no-defaults', ...asRoot, `--datadir=${join(dir, 'mariadb')}`, `--tmpdir=${dir}`]
  const size = ['--innodb-log-file-size=512M', '--innodb-buffer-pool-size=512M']
  const install = ['--auth-root-authentication-method=normal', '--skip-test-db']
  const installed = await launch({
    command: 'mariadb-install-db',
    args: [...place, ...size, ...install],
    core: 'load',
    ready: async () => true,
  })
  await installed.ended
  const url = `mysql://root@127.0.0.1:${port}/`
  const server = await launch({
    command: 'mariadbd',
    args: [...place, ...size, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(dir, 's')}`],
    core: 'load',
    ready: () => run(url, 'SELECT 1').then(() => true, () => false), // prettier-ignore
  })
  await run(url, 'CREATE DATABASE hub')
  return { server, url: `${url}hub` }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}
