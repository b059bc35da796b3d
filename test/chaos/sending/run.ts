// npm run chaos -- sending: a campaign on each kind of store. 0 when everyone got it and the counts are exact.
// Options: [--subscribers N] [--kills N] [--per-second N] [--stores embedded,shared]
import { parseArgs } from 'node:util'
import { SENDING_STORES, sendThroughChaos, type SendingResult } from './sending.ts'

/** Longer than a lock (10 s) and the look after it (4 s). */
const FROZEN_MS = 20_000

export async function runSending(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subscribers: { type: 'string', default: '100000' },
      kills: { type: 'string', default: '3' },
      'per-second': { type: 'string', default: '500' },
      stores: { type: 'string', default: SENDING_STORES.join() },
    },
  })
  const results: SendingResult[] = []
  for (const name of values.stores.split(',')) {
    const store = SENDING_STORES.find((store) => store === name)
    if (!store) throw new Error(`--stores ${name}: choose from ${SENDING_STORES.join()}`)
    console.log(`sending on ${store}: ${values.subscribers} subscribers, ${values.kills} kills`)
    results.push(
      await sendThroughChaos({
        store,
        subscribers: Number(values.subscribers),
        kills: Number(values.kills),
        perSecond: Number(values['per-second']),
        connections: 10,
        patience: {},
        frozenMs: FROZEN_MS,
        tell: (line) => console.log(line),
      }),
    )
  }
  printResults(results)
  return results.every(({ findings }) => findings.length === 0) ? 0 : 1
}

function printResults(results: readonly SendingResult[]): void {
  const rows: [string, (result: SendingResult) => string | number][] = [
    ['stores', ({ store }) => store],
    ['subscribers', ({ subscribers }) => subscribers],
    ['counted as sent', ({ counts }) => counts.sent],
    ['got nothing', ({ missed }) => missed],
    ['got it twice', ({ doubled }) => doubled],
    ['mails too many', ({ extra }) => extra],
    ['kills, freezes, restarts', ({ blows }) => blows],
    ['seconds', ({ seconds }) => seconds],
    ['findings', ({ findings }) => findings.length || 'none'],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  console.log()
  for (const [name, cell] of rows)
    console.log(name.padEnd(width), ...results.map((result) => String(cell(result)).padStart(12)))
  for (const { store, findings } of results)
    for (const finding of findings) console.log(`${store}: ${finding}`)
}
