// The soak: many events, sockets that come and go, a hub that is killed; then everything is compared.
import { setTimeout as sleep } from 'node:timers/promises'
import { totalsOf, type Books } from '../../../simulator/webhooks/books.ts'
import { startSimulator, type Simulator } from '../../../simulator/webhooks/sender.ts'
import { startCrowd } from './crowd.ts'
import { HOOK_KEY } from '../hub-process.ts'
import { countKinds, listEvents, type Listed } from './listing.ts'
import { createRegistry, type Registry } from './registry.ts'
import { expectedOf, judgeCounts, judgeListing, judgeSocket, placesOf } from './verdict.ts'
import { openStage, type Stage, type Store, type Victim } from './stage.ts'
import type { Watcher } from './watcher.ts'

type SoakOptions = {
  readonly store: Store
  readonly events: number
  readonly sockets: number
  /** How often a hub is killed, and a store. */
  readonly kills: number
  readonly storeKills: number
  /** Events a second. */
  readonly rate: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

export type SoakResult = {
  readonly store: Store
  readonly events: number
  readonly posts: number
  readonly refused: number
  readonly duplicates: number
  readonly frames: number
  readonly connections: number
  readonly peakMiB: number
  /** Nothing here: every event on each socket once and in order, and all counts equal. */
  readonly findings: readonly string[]
}

const RUSH = {
  batchSize: 100,
  collectMs: 50,
  connections: 3,
  retry: { firstMs: 50, factor: 2, mostMs: 1_000 },
}
/** When nothing moves for so long, nothing will any more. */
const STALL_MS = 30_000
/** How long what was killed stays away. */
const OUTAGE_MS = 500

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const stage = await openStage(options.store)
  const start = performance.now()
  const registry = createRegistry()
  const watchers = startCrowd({ ...options, address: stage.address, registry })
  const simulator = startSimulator({ ...RUSH, ...sizeOf(options), ...placeOf(stage) })
  try {
    const outage = { isOn: false }
    const crashes = crashNowAndThen(simulator, outage, crashesOf(stage, options), options)
    await Promise.all([simulator.finished, crashes, stalled(simulator, outage)])
    options.tell?.(`  all was sent ${since(start)}`)
    const listing = await listEvents(stage)
    options.tell?.(`  GET /api/events told everything ${since(start)}`)
    const findings = await compare(stage, { listing, watchers, registry, books: simulator.books })
    options.tell?.(`  every socket had its events, all is compared ${since(start)}`)
    return { ...resultOf(options, simulator, watchers, stage), findings }
  } finally {
    for (const watcher of watchers) watcher.close()
    await simulator.stop()
    await stage.close()
  }
}

function since(start: number): string {
  return `after ${((performance.now() - start) / 1000).toFixed(1)} s`
}

function sizeOf({ rate, events, seed }: SoakOptions) {
  return { rate, total: events, seed, mostEntries: events * 2 }
}

function placeOf({ address, webhookUrl }: Stage) {
  return { url: `http://${address}/api/hook`, webhookUrl, key: HOOK_KEY }
}

/** Who is killed, in this order: hubs and stores in turns, each of several in turn. */
function crashesOf({ hubs, stores }: Stage, { kills, storeKills }: SoakOptions): Victim[] {
  const crashes: (Victim | undefined)[] = []
  for (let turn = 0; turn < Math.max(kills, storeKills); turn++) {
    if (turn < kills) crashes.push(hubs[turn % hubs.length])
    if (turn < storeKills) crashes.push(stores[turn % stores.length])
  }
  return crashes.filter((victim) => victim !== undefined)
}

/** On while something is killed and started again, which has a bound of its own. */
type Outage = { isOn: boolean }

async function crashNowAndThen(
  { books }: Simulator,
  outage: Outage,
  crashes: readonly Victim[],
  options: SoakOptions,
): Promise<void> {
  for (const [turn, { what, kill, start }] of crashes.entries()) {
    const mark = (options.events * (turn + 1)) / (crashes.length + 1)
    while (books.hub.accepted < mark) await sleep(20)
    const from = performance.now()
    outage.isOn = true
    await kill()
    await sleep(OUTAGE_MS)
    await start()
    outage.isOn = false
    options.tell?.(`  ${books.hub.accepted} events were in: kill -9 of ${what}, ready again ${since(from)}`)
  }
}

/** Rejects when nothing more is accepted: a hub that hangs must end the run, not hang it. */
export async function stalled(
  { books, finished }: Pick<Simulator, 'books' | 'finished'>,
  outage: Readonly<Outage>,
): Promise<void> {
  const over = new AbortController()
  void finished.then(() => over.abort())
  let accepted = -1
  let since = Date.now()
  while (!over.signal.aborted) {
    if (books.hub.accepted + books.hub.duplicates !== accepted || outage.isOn) since = Date.now()
    accepted = books.hub.accepted + books.hub.duplicates
    if (Date.now() - since > STALL_MS)
      throw new Error(`nothing more was accepted after ${accepted} events: ${JSON.stringify(books.refused)}`)
    await sleep(100)
  }
}

type Evidence = {
  readonly listing: readonly Listed[]
  readonly watchers: readonly Watcher[]
  readonly registry: Registry
  readonly books: Books
}

async function compare(stage: Stage, { listing, watchers, registry, books }: Evidence): Promise<string[]> {
  for (const watcher of watchers) watcher.calmDown()
  const expected = watchers.map((watcher) => expectedOf(watcher, listing))
  await untilSettled(watchers, expected)
  const findings = [...registry.problems]
  const numbers = 1 + watchers.reduce((most, { seen }) => seen.reduce((a, b) => Math.max(a, b), most), -1)
  const places = placesOf(registry, listing, numbers)
  for (const [at, watcher] of watchers.entries()) {
    const verdict = judgeSocket(watcher, expected[at] ?? [], places)
    const wrong = Object.entries(verdict).filter(([, count]) => count > 0)
    const told = [...wrong.map(([what, count]) => `${count} ${what}`), ...watcher.problems.slice(0, 3)]
    if (told.length) findings.push(`socket ${at} (${watcher.name}): ${told.join(', ')}`)
  }
  findings.push(...judgeListing(listing, registry, books))
  findings.push(...judgeCounts(listing, await countKinds(stage), books))
  return findings
}

async function untilSettled(
  watchers: readonly Watcher[],
  expected: readonly (readonly number[])[],
): Promise<void> {
  const missing = () =>
    watchers.reduce((sum, { seen }, at) => sum + Math.max(0, (expected[at]?.length ?? 0) - seen.length), 0)
  let least = missing()
  let since = Date.now()
  while (least > 0 && Date.now() - since < STALL_MS) {
    await sleep(50)
    if (missing() >= least) continue
    least = missing()
    since = Date.now()
  }
}

function resultOf({ store }: SoakOptions, { books }: Simulator, watchers: readonly Watcher[], stage: Stage) {
  return {
    store,
    events: totalsOf(books).accepted,
    posts: books.posts,
    refused: Object.values(books.refused).reduce((sum, count) => sum + count, 0),
    duplicates: books.hub.duplicates,
    frames: watchers.reduce((sum, { seen }) => sum + seen.length, 0),
    connections: watchers.reduce((sum, watcher) => sum + watcher.connections(), 0),
    peakMiB: stage.peakMiB(),
  }
}
