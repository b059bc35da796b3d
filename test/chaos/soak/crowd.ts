// The sockets of a soak: each with a habit and a wish, chosen by the seed.
import { createRandom } from '../../../simulator/random.ts'
import { startClientWatcher } from './client-watcher.ts'
import { TOKEN } from '../hub-process.ts'
import type { Registry } from './registry.ts'
import { startWatcher, type Watcher, type Wish } from './watcher.ts'

const HABITS = ['steady', 'comes and goes', 'comes and goes', 'slow'] as const

const EVERYTHING: Wish = { query: '', matches: () => true }

const WISHES: readonly Wish[] = [
  { query: 'events=open,click', matches: ({ event }) => event === 'open' || event === 'click' },
  { query: 'events=hard_bounce', matches: ({ event }) => event === 'hard_bounce' },
  { query: 'tag=newsletter', matches: ({ msg }) => listOf(msg, 'tags').includes('newsletter') },
  {
    query: 'campaign=summer-sale',
    matches: ({ msg }) => valueOf(valueOf(msg, 'metadata'), 'campaign_id') === 'summer-sale',
  },
]

function valueOf(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null ? Reflect.get(map, key) : undefined
}

function listOf(map: unknown, key: string): readonly unknown[] {
  const value = valueOf(map, key)
  return Array.isArray(value) ? value : []
}

type CrowdOptions = {
  readonly address: string
  readonly sockets: number
  readonly seed: number
  readonly registry: Registry
}

export function startCrowd({ address, sockets, seed, registry }: CrowdOptions): Watcher[] {
  return Array.from({ length: sockets }, (_, at) => {
    const random = createRandom(seed * 1000 + at)
    const wish = at < 5 || random.chance(0.6) ? EVERYTHING : random.pick(WISHES)
    if (at % 12 === 1) return startClientWatcher({ address, token: TOKEN, wish, registry })
    const habit = at === 0 ? 'steady' : random.pick(HABITS)
    // Some begin at the beginning, others with what happens from now on.
    const after = at < 5 || random.chance(0.5) ? '0' : undefined
    return startWatcher({ address, token: TOKEN, habit, wish, after, registry, random })
  })
}
