// Disk: what feed and archive together take for an event, beside its text.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBodies } from '../bodies.ts'
import type { Plan } from '../harness.ts'
import { openConnection } from '../http-load.ts'
import type { Result } from '../report.ts'
import { startHub } from '../servers.ts'

const BATCH = 100

export async function disk(plan: Plan): Promise<Result> {
  const hub = await startHub('embedded')
  const { next, eventBytes } = createBodies({ path: '/api/hook', ...hub }, BATCH)
  const connection = await openConnection(hub.port)
  const posts = plan.rounds > 1 ? 500 : 50
  const before = bytesOf(join(hub.dir, 'hub'))
  for (let post = 0; post < posts; post++) await connection.exchange(next())
  const events = posts * BATCH
  const total = `http://127.0.0.1:${hub.port}/api/events?limit=1`
  await fetch(total, { headers: { authorization: hub.token } }) // answers when all is archived
  connection.close()
  await sleep(1_000)
  await hub.server.stop() // the logs are taken into their files
  const grown = bytesOf(join(hub.dir, 'hub')) - before
  await hub.close()
  return {
    title: 'Disk: feed and archive of an event, embedded',
    lines: [{ name: 'hub', figures: { 'bytes an event': grown / events, 'of text': eventBytes } }],
    ratios: [{ of: 'disk / text', value: grown / events / eventBytes, expected: 1.2 }],
  }
}

const bytesOf = (dir: string): number =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + sizeOf(join(dir, name)),
    0,
  )

function sizeOf(path: string): number {
  const stat = statSync(path)
  return stat.isFile() && path.includes('.sqlite') ? stat.size : 0
}
