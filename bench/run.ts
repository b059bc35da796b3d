// npm run bench [-- --only hook,fan-out] [--smoke] [--json FILE]: measures the hub beside its peers, both in one run.
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Plan } from './harness.ts'
import { archiveSize } from './rows/archive.ts'
import { disk } from './rows/disk.ts'
import { fanOutBatches, fanOutFilters, fanOutSingles } from './rows/fan-out.ts'
import { hookLatency } from './rows/hook-latency.ts'
import { hookBatches, hookSingles } from './rows/hook.ts'
import { latency } from './rows/latency.ts'
import { importing, searching } from './rows/list.ts'
import { idleSockets, peak, start } from './rows/memory.ts'
import { pipeline } from './rows/pipeline.ts'
import { pinLoad } from './processes.ts'
import { isSane, print, type Result } from './report.ts'
import { mailer } from './rows/sending.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'string', default: 'bench/results.json' },
  },
})

const PLAN: Plan = { warmUpMs: 3_000, roundMs: 3_000, rounds: 3 }
const SMOKE: Plan = { warmUpMs: 1_000, roundMs: 500, rounds: 1 }
const plan = values.smoke ? SMOKE : PLAN

/** A load average above this is not a machine at rest. */
const BUSY = 0.7

const ROWS: Readonly<Record<string, (plan: Plan) => Promise<Result>>> = {
  'hook-batches': hookBatches,
  'hook-singles': hookSingles,
  'hook-latency': hookLatency,
  'fan-out-singles': fanOutSingles,
  'fan-out-batches': fanOutBatches,
  'fan-out-filters': fanOutFilters,
  latency,
  mailer,
  pipeline,
  import: importing,
  q: searching,
  'memory-idle': start,
  'memory-socket': idleSockets,
  'memory-peak': peak,
  disk,
  'archive-size': archiveSize,
}

const wanted = values.only.split(',')
/** Only where it is asked for by name: filling its databases takes many minutes. */
const LONG = 'archive-size'
const isAsked = (name: string) => name !== LONG || values.only !== '' || values.smoke
const names = Object.keys(ROWS).filter(
  (name) => wanted.some((prefix) => name.startsWith(prefix)) && isAsked(name),
)
if (names.length === 0) {
  console.error(`There is no row ${values.only}: choose from ${Object.keys(ROWS).join(', ')}`)
  process.exit(1)
}
const isPinned = pinLoad()
console.log(isPinned ? 'Servers and load each have a core.' : 'Not pinned: ratios will vary more.')
if ((loadavg()[0] ?? 0) > BUSY) console.log('Something else keeps this machine busy: take this with care.')
const results: Record<string, Result> = {}
for (const name of names) {
  const result = await ROWS[name]?.(plan)
  if (!result) continue
  results[name] = result
  print(result)
}
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, isPinned }
writeFileSync(values.json, JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2))
if (values.smoke) judge()

function judge(): void {
  const ratios = Object.values(results).flatMap((result) => result.ratios)
  const odd = ratios.filter((ratio) => !isSane(ratio))
  for (const { of, value, expected } of odd) console.error(`${of}: ${value}, expected ${expected}`)
  process.exitCode = odd.length > 0 ? 1 : 0
}
