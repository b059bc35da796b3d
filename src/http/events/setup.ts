// /api/setup: what the set-up view shows, also as frames for sockets.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { createHealth } from '../../core/operations/health.ts'
import type { Heartbeat } from '../../core/operations/heartbeat.ts'
import type { Hub } from '../../core/events/hub.ts'
import type { EventArchive, EventFeed, Quarantine } from '../../core/events/ports.ts'
import { BEGINNING } from '../../core/events/cursor.ts'
import { SILENT_AFTER_MS, type Silence } from '../../core/events/silence.ts'
import type { Tracking } from '../../core/events/tracking/tracking.ts'
import type { HookWatch } from './hook/watch.ts'
import type { ProxyWatch } from '../server/proxy-watch.ts'
import type { Log } from '../../core/log.ts'
import { textFrame } from '../server/frames.ts'
import { openBoard, type Board } from '../server/board.ts'
import {
  errors,
  Instant,
  instant,
  instantOrNull,
  InstantOrNull,
  oneOf,
  orNull,
  SenderProblem,
  tagged,
} from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

/** This process. */
export type Running = {
  readonly role: string
  readonly since: number
  readonly disk: () => Promise<{ readonly free: number; readonly size: number }>
  readonly others: Heartbeat['others']
}

export type SetupDeps = {
  readonly feed: EventFeed
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly hub: Pick<Hub, 'observers'>
  readonly tracking: Pick<Tracking, 'lag'>
  readonly watch: Pick<HookWatch, 'status'>
  readonly silence: Pick<Silence, 'seconds'>
  readonly running: Running
  readonly proxy: Pick<ProxyWatch, 'unknown'>
  readonly version: string
  readonly settings: {
    readonly subaccounts: readonly string[]
    readonly auth: 'on' | 'off'
    readonly publicUrl: string
    readonly webhookUrls: readonly string[]
    readonly webhookKeys: readonly string[]
  }
  readonly side: {
    readonly transport: 'smtp' | 'outbox'
    readonly senderProblem: string | null
    readonly senderDoubt: string | null
  }
  readonly stores: { readonly events: string; readonly database: string }
  readonly health: ReturnType<typeof createHealth>
  readonly now: () => number
}

const WEBHOOK = 'https://hub.example.com/api/hook'
const stored = Type.String({ examples: ['sqlite'] })
const Setup = Type.Object(
  {
    version: Type.String({ examples: ['0.1.0'] }),
    public_url: Type.String({ examples: ['https://hub.example.com'] }),
    webhook_urls: Type.Array(Type.String({ examples: [WEBHOOK] }), {
      description: 'Type one of these in Mandrill, exactly',
    }),
    keys: Type.Integer({ description: 'Webhook keys that are set', examples: [1] }),
    sender_problem: SenderProblem,
    sender_doubt: orNull(Type.String(), {
      description: 'What is wrong (PUBLIC_URL, MAIL_FROM) if the mail server on this machine forwards mails',
      examples: [null],
    }),
    unknown_proxy: orNull(Type.String(), {
      description:
        'A proxy that sends X-Forwarded-For and is not in TRUST_PROXY: all clients behind it count as one address',
      examples: [null],
    }),
    subaccounts: Type.Array(Type.String(), {
      description: 'MANDRILL_SUBACCOUNTS: only these change subscribers. Empty: all',
      examples: [[]],
    }),
    transport: oneOf(['smtp', 'outbox'], { description: 'outbox: mails are only written to files' }),
    probe_seen_at: InstantOrNull,
    first_event_at: InstantOrNull,
    last_event_at: {
      ...InstantOrNull,
      description:
        'When the last event came from Mandrill itself; samples and what was posted with the token do not count',
    },
    history: Type.Object(
      { first_at: InstantOrNull, last_at: InstantOrNull },
      { description: 'When the oldest and the newest stored events came, from any source' },
    ),
    refused: Type.Array(
      Type.Object({
        at: Instant,
        since: Instant,
        count: Type.Integer({ examples: [1] }),
        reason: Type.String({ examples: ['wrong signature: URL'] }),
        hint: orNull(Type.String(), {
          examples: [`It was signed for ${WEBHOOK}: put that URL into MANDRILL_WEBHOOK_URL`],
        }),
      }),
      {
        description:
          'Webhooks that this process has refused since it last accepted one: each kind once, newest first, with what would have matched',
      },
    ),
    quarantine: Type.Integer({ description: 'Entries in quarantine', examples: [0] }),
    auth: oneOf(['on', 'off']),
    silent_seconds: Type.Integer({
      description: 'How long mails have been going out without any event; 0 while events arrive',
      examples: [0],
    }),
    webhooks_silent: Type.Boolean({
      description: 'That is too long, so campaigns’ numbers of people may be incomplete',
      examples: [false],
    }),
    process: Type.Object(
      { role: Type.String({ examples: ['all'] }), started_at: Instant },
      { description: 'The process that answers; `web` leaves sending to others' },
    ),
    other_processes: Type.Array(
      Type.Object({
        role: Type.String({ examples: ['worker'] }),
        version: Type.String({ examples: ['0.1.0'] }),
        started_at: Instant,
        seen_at: Instant,
        silent: Type.Boolean({ description: 'Not heard from for 30 s', examples: [false] }),
      }),
      {
        description:
          'The other processes on the same stores, oldest first; without stopped ones; one that fell silent is kept for a day',
      },
    ),
    disk: Type.Object(
      { free: Type.Integer(), size: Type.Integer() },
      { description: 'Bytes, where DATA_DIR is', examples: [{ free: 20 * 2 ** 30, size: 50 * 2 ** 30 }] },
    ),
    feed: Type.Object(
      { bytes: Type.Integer(), bound: Type.Integer() },
      {
        description: 'How large the feed is, and may become',
        examples: [{ bytes: 2 ** 20, bound: 2 ** 31 }],
      },
    ),
    stores: Type.Object({ events: stored, database: stored }),
    states: Type.Record(Type.String(), Type.String(), {
      description: 'Whether each store works, and sending, as /readyz tells it: `ok`, or what is wrong',
      examples: [{ events: 'ok', database: 'ok', sending: 'ok', archive: 'ok' }],
    }),
    lag: Type.Integer({ examples: [0] }),
    clients: Type.Integer({ examples: [3] }),
  },
  { title: 'Setup', description: 'What is set, and what has come in' },
)

/** A frame at most every second, and at least every five: a page that gets none knows that something is wrong. */
const EVERY_MS = 1_000
const BEAT_MS = 5_000

/** Sends the set-up to the sockets that ask for it, when it changes. */
export function openSetupBoard({ log, ...deps }: SetupDeps & { readonly log: Log }): Board {
  let last = { state: '', at: -Infinity, frames: new Map<string, Buffer>() }
  let known: SetupJson | undefined

  /** What was known last, with the states of now, once: then silence, as long as the event store is away. */
  async function withoutFeed(error: unknown): Promise<SetupJson> {
    const { states } = await deps.health()
    if (!known || states.events === 'ok') throw error
    const setup = { ...known, states }
    known = undefined
    return setup
  }

  async function look() {
    void deps.health() // asked along with the feed, it has an answer when that has none
    const read = describeSetup(deps).then((setup) => (known = setup))
    const setup = await read.catch(withoutFeed)
    const state = stateOf(setup)
    const at = deps.now()
    if (state !== last.state || at - last.at >= BEAT_MS)
      last = { state, at, frames: new Map([['setup', textFrame({ type: 'setup', setup })]]) }
    return { frames: last.frames, waitMs: EVERY_MS }
  }
  return openBoard({ what: 'the set-up', look, log })
}

/** A text that is equal while nothing of interest changes; seconds and the exact disk space change all the time. */
function stateOf({ disk: { free, size }, ...setup }: SetupJson): string {
  return JSON.stringify({ ...setup, silent_seconds: 0, disk: Math.round((100 * free) / size) })
}

export async function registerSetup(app: FastifyInstance, deps: SetupDeps): Promise<void> {
  const about = tagged('Operations')
  route(app, 'GET /api/setup', {
    ...about,
    summary: 'Show the state of the set-up',
    response: { 200: Setup, ...errors(401, 503) },
    handler: async () => describeSetup(deps),
  })
}

type SetupJson = Awaited<ReturnType<typeof describeSetup>>

async function describeSetup(deps: SetupDeps) {
  const { feed, archive, quarantine, hub, tracking, watch, silence, proxy, settings, side, running, health } =
    deps
  // First, because without the feed no event comes: that must be reported, whatever else cannot be reached.
  const size = await feed.size()
  const [{ first, last }, [oldest], [newest], quarantined, others, disk, { states }] = await Promise.all([
    archive.brought(),
    archive.find({ after: BEGINNING, limit: 1 }),
    archive.find({ limit: 1 }),
    quarantine.count(),
    running.others(),
    running.disk(),
    health(),
  ])
  const { probeSeenAt, refused } = watch.status()
  return {
    version: deps.version,
    public_url: settings.publicUrl,
    webhook_urls: [...settings.webhookUrls],
    keys: settings.webhookKeys.length,
    sender_problem: side.senderProblem,
    sender_doubt: side.senderDoubt,
    unknown_proxy: proxy.unknown(),
    subaccounts: [...settings.subaccounts],
    transport: side.transport,
    probe_seen_at: instantOrNull(probeSeenAt),
    first_event_at: instantOrNull(first),
    last_event_at: instantOrNull(last),
    history: { first_at: instantOrNull(oldest?.receivedAt), last_at: instantOrNull(newest?.receivedAt) },
    refused: refused.map(({ at, since, ...rest }) => ({ at: instant(at), since: instant(since), ...rest })),
    quarantine: quarantined,
    auth: settings.auth,
    silent_seconds: silence.seconds(),
    webhooks_silent: silence.seconds() * 1000 >= SILENT_AFTER_MS,
    process: { role: running.role, started_at: instant(running.since) },
    other_processes: others.map(({ role, version, since, seen, silent }) => {
      return { role, version, started_at: instant(since), seen_at: instant(seen), silent }
    }),
    disk,
    feed: size,
    stores: deps.stores,
    states,
    lag: tracking.lag(),
    clients: hub.observers(),
  }
}
