// The hook until its events are stored and archived, beside the usual way to take a webhook.
import { createBodies } from '../bodies.ts'
import { interleave, type Contender, type Plan } from '../harness.ts'
import { exchangeFor, openConnection } from '../http-load.ts'
import { cpuResult, type Result } from '../report.ts'
import { startBare, startHub, type Running, type RunningHub } from '../servers.ts'

const POSTERS = 8
const USUAL = 'Fastify, formbody, XADD'
const EMBEDDED = 'hub, embedded'
const SHARED = 'hub, Redis + MariaDB'

export const hookBatches = (plan: Plan) => benchHook(plan, 100, [2, 1.8])
export const hookSingles = (plan: Plan) => benchHook(plan, 1, [4.7, 6])

async function benchHook(plan: Plan, events: number, [embedded = 1, shared = 1]: number[]): Promise<Result> {
  const contenders: Contender[] = []
  try {
    contenders.push(await contender(USUAL, await startBare('usual-hook'), events))
    contenders.push(await contender(EMBEDDED, await startHub('embedded'), events))
    contenders.push(await contender(SHARED, await startHub('shared'), events))
    const samples = await interleave(contenders, plan)
    return cpuResult(`Hook: ${POSTERS} posters, ${events} events a request`, 'event', samples, [
      { of: EMBEDDED, to: USUAL, expected: embedded },
      { of: SHARED, to: USUAL, expected: shared },
    ])
  } finally {
    for (const { close } of contenders) await close()
  }
}

async function contender(name: string, running: Running | RunningHub, events: number): Promise<Contender> {
  const { webhookUrl, key } = 'key' in running ? running : { webhookUrl: 'http://localhost/', key: 'none' }
  const bodies = createBodies({ path: '/api/hook', webhookUrl, key }, events)
  // Not before its turn: a server lets go of connections on which nothing comes.
  let opened: ReturnType<typeof openAll> | undefined
  const openAll = () => Promise.all(Array.from({ length: POSTERS }, () => openConnection(running.port)))
  return {
    name,
    server: running.server,
    stores: running.stores,
    load: async (ms) => events * (await exchangeFor(ms, await (opened ??= openAll()), bodies.next)),
    async close() {
      for (const connection of (await opened) ?? []) connection.close()
      await running.close()
    },
  }
}
