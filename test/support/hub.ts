// A whole hub inside the test's process, on stores of its own, listening on the loopback: on PORT, or any that is free.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { createPagePack } from '../../src/adapters/page/pack.ts'
import { buildApp, type Deps } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { wire } from '../../src/wire/wire.ts'
import { webhookRequest } from '../../simulator/webhooks/batch.ts'
import { toAnswer, type Answer } from './answer.ts'
import { PATIENCE_MS } from './eventually.ts'
import { silentLog } from './events/feed-lab.ts'

export const KEY = 'a-webhook-key'
export const WEBHOOK_URL = 'https://hub.example.com/api/hook'
export const TOKEN = 'the-api-token-of-the-tests'

export type TestHub = {
  readonly app: FastifyInstance
  /** What it runs on. */
  readonly wired: Deps
  /** host:port */
  readonly address: string
  readonly dir: string
  /** What was logged, line by line. */
  readonly logged: readonly Record<string, unknown>[]
  /** With the API token. */
  get(url: string): Promise<Answer>
  call(options: InjectOptions): Promise<Answer>
  /** A signed, form-encoded batch, as Mandrill sends it. */
  post(events: readonly unknown[] | string, signing?: { key?: string; webhookUrl?: string }): Promise<Answer>
  /** Waits until what is stored by now has had its effects. */
  tracked(): Promise<void>
  close(): Promise<void>
}

/** One for all hubs of this process. */
const page = createPagePack(silentLog)

export async function startHub(env: Record<string, string> = {}, given?: string): Promise<TestHub> {
  const dir = given ?? (await mkdtemp(join(tmpdir(), 'hub-test-')))
  const logged: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line) as (typeof logged)[0]) },
  )
  const defaults = {
    DATA_DIR: dir,
    API_TOKEN: TOKEN,
    SECRET: 'a-secret-of-the-tests',
    MANDRILL_WEBHOOK_KEYS: KEY,
    MANDRILL_WEBHOOK_URL: WEBHOOK_URL,
  }
  const wired = await wire(loadConfig({ ...defaults, ...env }, '/nonexistent/.env'), log)
  if (!wired.serving) throw new Error('a hub for tests serves')
  const serving = { ...wired.serving, log, page }
  const app = await buildApp(serving)
  const url = await app.listen({ host: '127.0.0.1', port: Number(env.PORT ?? 0) })
  const call = async (options: InjectOptions) => toAnswer(await app.inject(options))
  return {
    app,
    wired: serving,
    address: url.replace('http://', ''),
    dir,
    logged,
    call,
    get: (path) => call({ method: 'GET', url: path, headers: { authorization: TOKEN } }),
    post: (events, signing) => {
      const json = typeof events === 'string' ? events : JSON.stringify(events)
      const { headers, body } = webhookRequest(json, { key: KEY, webhookUrl: WEBHOOK_URL, ...signing })
      return call({ method: 'POST', url: '/api/hook', headers: { ...headers }, payload: body })
    },
    async tracked() {
      const isTracked = await serving.tracking.reached(await serving.feed.last(0), PATIENCE_MS)
      if (!isTracked) throw new Error('tracking does not come to the end of the feed')
    },
    async close() {
      await app.close()
      await wired.close()
      if (!given) await rm(dir, { recursive: true, force: true })
    },
  }
}
