// How long the hook takes to answer at half of its highest rate: the slowest in a hundred beside the median.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBodies } from '../bodies.ts'
import { quantile, type Plan } from '../harness.ts'
import { exchangeFor, openConnection, type Connection } from '../http-load.ts'
import type { Line, Ratio, Result } from '../report.ts'
import { startHub } from '../servers.ts'

const POSTERS = 8
const BATCH = 100

export async function hookLatency(plan: Plan): Promise<Result> {
  const lines: Line[] = []
  const ratios: Ratio[] = []
  for (const [store, name] of [
    ['embedded', 'hub, embedded'],
    ['shared', 'hub, Redis + MariaDB'],
  ] as const) {
    const hub = await startHub(store)
    try {
      const { next } = createBodies({ path: '/api/hook', ...hub }, BATCH)
      const open = Array.from({ length: POSTERS }, () => openConnection(hub.port))
      const connections = await Promise.all(open)
      await exchangeFor(plan.warmUpMs, connections, next)
      const most = (await exchangeFor(plan.roundMs, connections, next)) / plan.roundMs
      const took = await atRate(most / 2, plan.roundMs * plan.rounds, connections, next)
      for (const connection of connections) connection.close()
      const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)]
      lines.push({ name, figures: { 'batches a second': most * 500, 'p50 ms': p50, 'p99 ms': p99 } })
      ratios.push({ of: `${name}: p99 / p50`, value: p99 / p50, expected: 4 })
    } finally {
      await hub.close()
    }
  }
  return { title: `Hook: batches of ${BATCH} at half of the highest rate`, lines, ratios }
}

/** A post is due whether the ones before it are answered or not: who waits for a connection is late, and that counts. */
async function atRate(
  perMs: number,
  ms: number,
  connections: readonly Connection[],
  next: () => Buffer,
): Promise<readonly number[]> {
  const began = performance.now()
  const took: number[] = []
  let posts = 0
  const keepSending = async (connection: Connection) => {
    for (;;) {
      const due = posts++ / perMs
      if (due > ms) return
      await sleep(Math.max(0, began + due - performance.now()))
      await connection.exchange(next())
      took.push(performance.now() - began - due)
    }
  }
  await Promise.all(connections.map(keepSending))
  return took
}
