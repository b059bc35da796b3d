// The hook: batches of 100 events of about 800 bytes, against a bare server that only reads the body.
import { createBodies } from './bodies.ts'
import { interleave, type Contender, type Plan } from './harness.ts'
import { exchangeFor, openConnection } from './http-load.ts'
import { printRatios } from './report.ts'
import { startBare, startHub, type Running, type RunningHub } from './servers.ts'

const EVENTS = 100
const CONNECTIONS = 4

export async function benchHook(plan: Plan, raw: boolean): Promise<void> {
  const contenders: Contender[] = []
  try {
    contenders.push(await contender('node:http reads the body', await startBare('http-body')))
    contenders.push(await contender('Fastify, body as a buffer', await startBare('fastify-body')))
    contenders.push(await contender('hub, embedded store', await startHub('embedded')))
    contenders.push(await contender('hub, Redis', await startHub('redis')))
    printRatios(
      'Hook: POST /api/hook, batches of 100 events',
      'event',
      await interleave(contenders, plan),
      raw,
    )
  } finally {
    for (const { close } of contenders) await close()
  }
}

async function contender(name: string, running: Running | RunningHub): Promise<Contender> {
  const signing = 'key' in running ? running : { webhookUrl: 'http://localhost/api/hook', key: 'none' }
  const bodies = createBodies({ path: '/api/hook', webhookUrl: signing.webhookUrl, key: signing.key }, EVENTS)
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => openConnection(running.port)),
  )
  return {
    name,
    server: running.server,
    store: 'store' in running ? running.store : undefined,
    load: async (ms) => EVENTS * (await exchangeFor(ms, connections, bodies.next)),
    async close() {
      for (const connection of connections) connection.close()
      await running.close()
    },
  }
}
