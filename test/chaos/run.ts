// npm run chaos [soak | sending | loop]: a soak on each store (the others: sending/run.ts, loop/run.ts). 0 when nothing was lost, repeated or disordered, else 1 and what was found.
// Options: [--events N] [--sockets N] [--kills N] [--store-kills N] [--rate N] [--seed N] [--stores embedded,redis,pair]
import { parseArgs } from 'node:util'
import { runLoops } from './loop/run.ts'
import { runSending } from './sending/run.ts'
import { soak, type SoakResult } from './soak/soak.ts'
import { STORES, type Store } from './soak/stage.ts'

// What was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

if (process.argv.includes('--help')) {
  console.log(`npm run chaos [soak | sending | loop] -- [options]
  soak           --events N --sockets N --kills N --store-kills N --rate N --seed N --stores ${STORES.join()}
  sending, loop  --subscribers N --kills N --per-second N --stores …`)
  process.exit(0)
}
if (process.argv[2] === 'loop') process.exit(await runLoops(process.argv.slice(3)))
if (process.argv[2] === 'sending') process.exit(await runSending(process.argv.slice(3)))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '100000' },
    sockets: { type: 'string', default: '50' },
    kills: { type: 'string', default: '2' },
    'store-kills': { type: 'string', default: '2' },
    rate: { type: 'string', default: '2500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    stores: { type: 'string', default: STORES.join() },
  },
})

const unknown = positionals.find((name) => name !== 'soak')
if (unknown) {
  console.error(`There is no run ${unknown}: choose from soak`)
  process.exit(1)
}

const results: SoakResult[] = []
for (const name of values.stores.split(',')) {
  const store = STORES.find((store) => store === name)
  if (!store) throw new Error(`--stores ${name}: choose from ${STORES.join()}`)
  results.push(await runSoak(store))
}
printSummary(results)
process.exit(results.every(({ findings }) => findings.length === 0) ? 0 : 1)

async function runSoak(store: Store): Promise<SoakResult> {
  const { events, sockets, kills, rate, seed } = values
  console.log(`soak on ${store}: ${events} events, ${sockets} sockets, ${kills} kills, --seed ${seed}`)
  return soak({
    store,
    events: Number(events),
    sockets: Number(sockets),
    kills: Number(kills),
    storeKills: Number(values['store-kills']),
    rate: Number(rate),
    seed: Number(seed),
    tell: (line) => console.log(line),
  })
}

function printSummary(all: readonly SoakResult[]): void {
  const rows: [string, (result: SoakResult) => string | number][] = [
    ['store', ({ store }) => store],
    ['distinct events accepted', ({ events }) => events],
    ['batches posted', ({ posts }) => posts],
    ['of them refused or unanswered', ({ refused }) => refused],
    ['duplicates recognised', ({ duplicates }) => duplicates],
    ['connections of all sockets', ({ connections }) => connections],
    ['events given to sockets', ({ frames }) => frames],
    ["hub's memory at most, MiB", ({ peakMiB }) => peakMiB],
    ['findings', ({ findings }) => findings.length || 'none'],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  console.log()
  for (const [name, cell] of rows) {
    console.log(name.padEnd(width), ...all.map((result) => String(cell(result)).padStart(12)))
  }
  for (const { store, findings } of all) for (const finding of findings) console.log(`${store}: ${finding}`)
}
