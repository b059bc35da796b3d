// npm run bench [-- hook fan-out latency sending] [--quick] [--raw] [--sockets N]: measures the hub against the bare platform.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchFanOut } from './fan-out.ts'
import type { Plan } from './harness.ts'
import { benchHook } from './hook.ts'
import { benchLatency } from './latency.ts'
import { pinLoad } from './processes.ts'
import { benchSending } from './sending.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    raw: { type: 'boolean', default: false },
    sockets: { type: 'string', default: '1000' },
  },
})

const plan: Plan = values.quick
  ? { warmUpMs: 2_000, roundMs: 1_000, rounds: 2 }
  : { warmUpMs: 3_000, roundMs: 4_000, rounds: 5 }

/** A load average above this is not a machine at rest. */
const BUSY = 0.7

const benches: Readonly<Record<string, () => Promise<void>>> = {
  hook: () => benchHook(plan, values.raw),
  'fan-out': () => benchFanOut(plan, values.raw, Number(values.sockets)),
  latency: () => benchLatency(plan, values.raw),
  sending: () => benchSending(plan, values.raw), // needs postfix's smtp-sink and smtp-source
}

const unknown = positionals.find((name) => !Object.hasOwn(benches, name))
if (unknown) {
  console.error(`There is no bench ${unknown}: choose from ${Object.keys(benches).join(', ')}`)
  process.exit(1)
}
console.log(pinLoad() ? 'Servers and load each have a core.' : 'Not pinned to cores: ratios will vary more.')
if ((loadavg()[0] ?? 0) > BUSY)
  console.log('Something else keeps this machine busy: take these ratios with care.')
for (const name of positionals.length ? positionals : Object.keys(benches)) await benches[name]?.()
console.log(
  '\nEach line is compared with the first of its table: CPU less than 1× is cheaper, a rate above 1× faster.',
)
