// Starts what is measured: the hub on each kind of store, Redis, and the bare servers of bench/bare.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answersOk, freePort, launch, type Process } from './processes.ts'

export type Store = 'embedded' | 'redis'

export type Running = { readonly server: Process; readonly port: number; close(): Promise<void> }

export type RunningHub = Running & {
  readonly store?: Process
  readonly webhookUrl: string
  readonly key: string
  readonly token: string
}

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export async function startBare(file: 'http-body' | 'fastify-body' | 'ws-echo'): Promise<Running> {
  const port = await freePort()
  const server = await launch({
    command: process.execPath,
    args: [fileOf(`bare/${file}.ts`)],
    env: { PORT: String(port) },
    ready: () => answersOk(`http://127.0.0.1:${port}/`),
  })
  return { server, port, close: () => server.stop() }
}

export async function startHub(store: Store): Promise<RunningHub> {
  const dir = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  // Also when the run is cut short.
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const redis = store === 'redis' ? await startRedis(dir) : undefined
  const port = await freePort()
  const webhookUrl = `http://localhost:${port}/api/hook`
  const [key, token] = ['bench-webhook-key', 'the-api-token-of-the-bench']
  const server = await launch({
    command: process.execPath,
    args: [fileOf('../src/server.ts')],
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: join(dir, 'hub'),
      API_TOKEN: token,
      SECRET: 'the-secret-of-the-bench',
      MANDRILL_WEBHOOK_KEYS: key,
      LOG_LEVEL: 'warn',
      REDIS_URL: redis ? `redis://127.0.0.1:${redis.port}` : '',
    },
    ready: () => answersOk(`http://127.0.0.1:${port}/readyz`),
  })
  const close = async () => {
    await server.stop()
    await redis?.server.stop()
    await rm(dir, { recursive: true, force: true })
  }
  return { server, store: redis?.server, port, webhookUrl, key, token, close }
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
