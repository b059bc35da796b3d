// npm run chaos -- loop: a campaign through the fake Mandrill on each kind of store. 0 when all numbers are equal.
// Options: [--subscribers N] [--kills N] [--per-second N] [--span S] [--seed N] [--stores embedded,shared]
import { parseArgs } from 'node:util'
import { knownBefore } from './judge.ts'
import { LOOP_STORES, runLoop, type LoopResult } from './loop.ts'

export async function runLoops(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subscribers: { type: 'string', default: '20000' },
      kills: { type: 'string', default: '2' },
      'per-second': { type: 'string', default: '1000' },
      span: { type: 'string', default: '15' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      stores: { type: 'string', default: LOOP_STORES.join() },
    },
  })
  const results: LoopResult[] = []
  for (const name of values.stores.split(',')) {
    const store = LOOP_STORES.find((store) => store === name)
    if (!store) throw new Error(`--stores ${name}: choose from ${LOOP_STORES.join()}`)
    console.log(
      `loop on ${store}: ${values.subscribers} subscribers, ${values.kills} kills, --seed ${values.seed}`,
    )
    results.push(
      await runLoop({
        store,
        subscribers: Number(values.subscribers),
        kills: Number(values.kills),
        perSecond: Number(values['per-second']),
        spanMs: Number(values.span) * 1000,
        seed: Number(values.seed),
        tell: (line) => console.log(line),
      }),
    )
  }
  for (const result of results) printResult(result)
  return results.every(({ findings }) => findings.length === 0) ? 0 : 1
}

function printResult(result: LoopResult): void {
  const { store, expected, found, findings } = result
  const { people, robots, deliveries } = found.campaign
  console.log(`\n${store}: ${result.seconds} s, ${result.mails} mails taken, ${result.events} events, of`)
  console.log(`  which ${result.duplicates} came again; ${result.refused} batches were refused or unanswered`)
  const rows: [string, number | undefined, number | undefined][] = [
    ['sent', deliveries.sent, expected.campaign.subscribers.size],
    ['failed', deliveries.failed, expected.books.refused.size - knownBefore(expected, found)],
    ['skipped', deliveries.skipped, knownBefore(expected, found)],
    ...Object.entries(expected.people).map(
      ([name, count]) => [name, people[name as keyof typeof people], count] as [string, number, number],
    ),
    ['robots opened', robots.opened, expected.robots.opened],
    ['robots clicked', robots.clicked, expected.robots.clicked],
  ]
  console.log(`  ${''.padEnd(16)}${'hub'.padStart(10)}${'books'.padStart(10)}`)
  for (const [name, is, right] of rows)
    console.log(`  ${name.padEnd(16)}${String(is).padStart(10)}${String(right).padStart(10)}`)
  console.log(`  findings: ${findings.length || 'none'}`)
  for (const finding of findings) console.log(`  ${store}: ${finding}`)
}
