// What the tests of queue, marks and lanes work with: a store of their own, opened as each process would.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedSendStores } from '../../../src/adapters/embedded/sending/stores.ts'
import { openRedisSendStores } from '../../../src/adapters/redis/sending/stores.ts'
import type { Log } from '../../../src/core/log.ts'
import type { LaneConfig } from '../../../src/core/sending/lanes/lanes.ts'
import type { ChunkRef } from '../../../src/core/campaigns/ports.ts'
import type { SendStores } from '../../../src/core/sending/ports.ts'
import { silentLog } from '../events/feed-lab.ts'
import type { RedisServer } from '../servers/redis.ts'

export type StoreOptions = {
  readonly configs?: readonly LaneConfig[]
  readonly now?: () => number
  readonly log?: Log
  /** How soon a worker that is gone is found out: as in earnest without it. */
  readonly patience?: { readonly lockMs?: number; readonly stalledMs?: number }
}

export type SendLab = {
  /** Opens the stores. The lab closes them at the end. Only one process at a time may have the embedded ones open. */
  open(options?: StoreOptions): SendStores
  /** How another process opens them: arguments for openStores. */
  readonly recipe: readonly [kind: string, place: string]
  /** Whether several processes can have them open. */
  readonly shared: boolean
  close(): Promise<void>
}

const LANES: readonly LaneConfig[] = [
  { name: 'naver', domains: ['naver.com'], connections: 4, perSecond: 100 },
  { name: 'google', domains: ['gmail.com', 'google.com'], connections: 4, perSecond: 100 },
  { name: 'default', domains: [], connections: 10, perSecond: 100 },
]

/** A worker that is gone is found out sooner than in earnest. */
export const FAST = { lockMs: 1_500, stalledMs: 700 }

export function openStores(kind: string, place: string, options: StoreOptions = {}): SendStores {
  const { configs = LANES, now, log = silentLog, patience = FAST } = options
  if (kind === 'embedded') return openEmbeddedSendStores({ file: place, configs, now, log })
  return openRedisSendStores({ url: place, configs, now, log, ...patience })
}

export async function openEmbeddedSendLab(): Promise<SendLab> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-send-'))
  return createLab(['embedded', join(folder, 'sending.sqlite')], false, () => rm(folder, { recursive: true }))
}

export async function openRedisSendLab(redis: RedisServer): Promise<SendLab> {
  await redis.command('FLUSHALL')
  return createLab(['redis', redis.url], true)
}

function createLab(
  recipe: SendLab['recipe'],
  shared: boolean,
  remove: () => Promise<void> = async () => {},
): SendLab {
  const opened: SendStores[] = []
  return {
    recipe,
    shared,
    open(options) {
      const stores = openStores(...recipe, options)
      opened.push(stores)
      return stores
    },
    async close() {
      for (const stores of opened) await stores.close()
      await remove()
    },
  }
}

export const CAMPAIGN = '01900000-0000-7000-8000-00000000000a'

export function chunk(number: number, lane = 'default', campaignId = CAMPAIGN): ChunkRef {
  return { campaignId, chunk: number, lane }
}

const DIE = join(import.meta.dirname, 'send-and-die.ts')

/** Runs a process that does `what` to the stores and is killed by kill -9 as soon as it has. Resolves after its end. */
export function dieAfter(
  lab: SendLab,
  what: 'take-chunk' | 'mark',
  ...args: readonly string[]
): Promise<string> {
  const child = spawn(process.execPath, [DIE, ...lab.recipe, what, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (text: Buffer) => {
    printed += String(text)
    if (printed.includes('\n')) child.kill('SIGKILL')
  })
  return new Promise((resolve) => child.once('close', () => resolve(printed.trim())))
}
