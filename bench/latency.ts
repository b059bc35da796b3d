// Latency: from the POST of one event until a socket has it, stored on the way. Against a bare push that stores nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBodies } from './bodies.ts'
import { quantile, type Plan } from './harness.ts'
import { openConnection, type Connection } from './http-load.ts'
import { bareRequest } from './push.ts'
import { printTable } from './report.ts'
import { startBare, startHub, type Store } from './servers.ts'
import { openListeners, type Listeners } from './ws-load.ts'

type Contender = {
  readonly name: string
  readonly connection: Connection
  readonly listeners: Listeners
  readonly next: () => Buffer
  readonly times: number[]
  close(): Promise<void>
}

const BETWEEN_MS = 2

export async function benchLatency(plan: Plan, raw: boolean): Promise<void> {
  const contenders: Contender[] = []
  try {
    contenders.push(await bareContender())
    contenders.push(await hubContender('embedded', 'hub, embedded store'))
    contenders.push(await hubContender('redis', 'hub, Redis'))
    for (const contender of contenders) await timeEvents(contender, plan.warmUpMs)
    for (const contender of contenders) contender.times.length = 0
    for (let round = 0; round < plan.rounds; round++)
      for (const contender of contenders) await timeEvents(contender, plan.roundMs)
    printLatency(contenders, raw)
  } finally {
    for (const { close } of contenders) await close()
  }
}

async function timeEvents({ connection, listeners, next, times }: Contender, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    const request = next()
    const start = performance.now()
    const seen = listeners.expect(1).then(() => times.push(performance.now() - start))
    await Promise.all([seen, connection.exchange(request)])
    await sleep(BETWEEN_MS)
  }
}

function printLatency(contenders: readonly Contender[], raw: boolean): void {
  const [base] = contenders
  if (!base) return
  const rows = contenders.map(({ name, times }) => [
    name,
    quantile(times, 0.5) / quantile(base.times, 0.5),
    quantile(times, 0.99) / quantile(base.times, 0.99),
    ...(raw ? [`${quantile(times, 0.5).toFixed(2)} ms`, `${quantile(times, 0.99).toFixed(2)} ms`] : []),
  ])
  const head = ['', 'p50', 'p99', ...(raw ? ['p50 here', 'p99 here'] : [])]
  printTable('Latency: POST of one event until a socket has it', head, rows)
}

async function bareContender(): Promise<Contender> {
  const running = await startBare('ws-echo')
  const listeners = await openListeners({ port: running.port, path: '/', token: 'none', count: 1 })
  const request = bareRequest(1)
  return contender('Fastify and ws, nothing stored', running, listeners, () => request)
}

async function hubContender(store: Store, name: string): Promise<Contender> {
  const hub = await startHub(store)
  const listeners = await openListeners({ port: hub.port, path: '/ws/email', token: hub.token, count: 1 })
  const { next } = createBodies({ path: '/api/hook', webhookUrl: hub.webhookUrl, key: hub.key }, 1)
  return contender(name, hub, listeners, next)
}

async function contender(
  name: string,
  running: Awaited<ReturnType<typeof startBare>>,
  listeners: Listeners,
  next: () => Buffer,
): Promise<Contender> {
  const connection = await openConnection(running.port)
  const close = async () => {
    listeners.close()
    connection.close()
    await running.close()
  }
  return { name, connection, listeners, next, times: [], close }
}
