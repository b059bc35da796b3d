// What npm run demo can be told on its command line.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { RATES, type Rates } from '../lives/fate.ts'

const HELP = `npm run demo -- [options]
  --subscribers N   a campaign to so many made-up subscribers (2000); 0: none
  --life N      over how many seconds a subscriber's opens and clicks are spread (120)
  --rates X     what subscribers do, such as open=0.6,click=0.3,spam=0.01 (see simulator/fate.ts)
  --rate N      other events a second, of mails that the hub did not send (5)
  --batch N     events in a batch at most (100)
  --burst N     this many of the other events at once, first of all
  --seed N      the same number gives the same events
Environment: PORT (8000), DATA_DIR (./data-demo), and everything else that the hub reads.`

export type Wishes = {
  readonly subscribers: number
  readonly lifeMs: number
  readonly rates: Partial<Rates>
  readonly rate: number
  readonly batch: number
  readonly burst: number
  readonly seed: number
}

/** Ends the program where there is nothing to run. */
export function readWishes(args = process.argv.slice(2)): Wishes {
  const text = (fallback: number | string) => ({ type: 'string', default: String(fallback) }) as const
  const events = { rate: text(5), batch: text(100), burst: text(0), seed: text(randomInt(2 ** 31)) }
  const campaign = { subscribers: text(2000), life: text(120), rates: text('') }
  const help = { type: 'boolean', default: false } as const
  try {
    const { values } = parseArgs({ args, options: { ...events, ...campaign, help } })
    if (values.help) {
      console.log(HELP)
      process.exit()
    }
    return {
      subscribers: numberOf('subscribers', values.subscribers, 0, 1_000_000),
      lifeMs: numberOf('life', values.life, 1, 86_400) * 1000,
      rates: readRates(values.rates),
      rate: numberOf('rate', values.rate, 0, 100_000),
      batch: numberOf('batch', values.batch, 1, 1_000),
      burst: numberOf('burst', values.burst, 0, 1_000_000),
      seed: numberOf('seed', values.seed, 0, 2 ** 32),
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    process.exit(1)
  }
}

function readRates(text: string): Partial<Rates> {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', share = ''] = part.split('=').map((word) => word.trim())
      if (!Object.hasOwn(RATES, name))
        throw new Error(`--rates ${name}: choose from ${Object.keys(RATES).join()}`)
      return [name, numberOf(`rates ${name}`, share, 0, 1)]
    }),
  )
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new Error(`--${name} ${text}: must be a number from ${least} to ${most}`)
}
