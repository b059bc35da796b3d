// Whether this process is ready, degraded or unavailable, by checks of the stores it needs.
import { isHubError } from '../errors.ts'
import { ago, within } from '../pause.ts'
import type { LaneControl } from '../sending/ports.ts'

export type Check = {
  /** The operator's name for it. */
  readonly name: string
  /** Without it this process is unavailable: a balancer should send it nothing. */
  readonly needed: boolean
  /** Tries to write, without changing anything. Throws if that is impossible. */
  ping(): Promise<void>
}

export type Health = {
  readonly status: 'ready' | 'degraded' | 'unavailable'
  readonly states: Readonly<Record<string, string>>
}

/** Longer than a store's own timeout, whose error says more. */
const PATIENCE_MS = 4_000
/** The stores are asked no more often than this. */
const KEPT_MS = 1_000

export function createHealth(checks: readonly Check[], now: () => number = Date.now): () => Promise<Health> {
  let asked: Promise<Health> | undefined
  /** undefined while the answer is under way. */
  let answeredAt: number | undefined

  async function ask(): Promise<Health> {
    const answers = await Promise.all(
      checks.map(async (check) => ({ ...check, state: await stateOf(check) })),
    )
    answeredAt = now()
    const failed = answers.filter(({ state }) => state !== 'ok')
    const status = failed.some(({ needed }) => needed)
      ? 'unavailable'
      : failed.length > 0
        ? 'degraded'
        : 'ready'
    return { status, states: Object.fromEntries(answers.map(({ name, state }) => [name, state])) }
  }

  return () => {
    if (!asked || (answeredAt !== undefined && ago(answeredAt, now()) >= KEPT_MS)) {
      answeredAt = undefined
      asked = ask()
    }
    return asked
  }
}

const stateOf = ({ ping }: Check): Promise<string> =>
  within(
    PATIENCE_MS,
    ping().then(() => 'ok'),
    () => 'no answer',
  ).catch(wordFor)

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/^the file of the store is gone/m, 'gone'],
  [/read-?_?\s?only/i, 'read-only'],
  [/\b(?:full|ENOSPC|no space|OOM)\b/i, 'full'],
  [/MISCONF|NOREPLICAS/, 'refuses writes'],
  [/at a stand/, 'at a stand'],
  [/^a lane is paused/m, 'paused'],
]

/** A word for the public: the stores' own errors name machines and users. */
function wordFor(error: unknown): string {
  if (isHubError(error, 'feed.full')) return 'full'
  const messages: string[] = []
  for (let at = error; at instanceof Error && messages.length < 5; at = at.cause) messages.push(at.message)
  return CAUSES.find(([words]) => words.test(messages.join('\n')))?.[1] ?? 'unavailable'
}

type Appending = { append(...args: never[]): Promise<unknown> }

/** A disk may have room for a probe and none for a batch, so for this long a failed append counts as well. */
const REMEMBERED_MS = 10_000

/** The same feed, but its ping also fails for a while after an append has failed. */
export function rememberingAppends<F extends Appending & { ping(): Promise<void> }>(
  feed: F,
  now: () => number = Date.now,
): F {
  let failure: { readonly error: unknown; readonly at: number } | undefined
  return {
    ...feed,
    /** Not async: an async function would hold the events in memory while they are stored. */
    append(...args: never[]) {
      const done = feed.append(...args)
      done.then(
        () => (failure = undefined),
        (error: unknown) => (failure = { error, at: now() }),
      )
      return done
    },
    async ping() {
      if (failure && ago(failure.at, now()) < REMEMBERED_MS) throw failure.error
      await feed.ping()
    },
  }
}

const STAND_MS = 30_000

/** Throws if the archive lags behind and has not moved for a while. */
export function checkProgress(
  tracking: { position(): { readonly epoch: number; readonly seq: number }; lag(): number },
  now: () => number = Date.now,
): () => Promise<void> {
  let last = { epoch: -1, seq: -1, at: now() }
  return async () => {
    const { epoch, seq } = tracking.position()
    if (tracking.lag() === 0 || epoch !== last.epoch || seq !== last.seq) last = { epoch, seq, at: now() }
    if (now() - last.at > STAND_MS) throw new Error('at a stand')
  }
}

/** Throws while a lane is paused, by a fault of the sender or because the mail server is away: its mails wait. */
export function checkLanes(lanes: Pick<LaneControl, 'states'>): () => Promise<void> {
  return async () => {
    const paused = (await lanes.states()).find(({ state }) => state === 'paused')
    if (paused) throw new Error(`a lane is paused: ${paused.name}`)
  }
}
