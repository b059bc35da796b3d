// /api/setup: what the set-up view shows.
import type { FastifyInstance } from 'fastify'
import { eventFacts } from '../../core/events/event.ts'
import { isSample } from '../../core/events/providers/mandrill/example.ts'
import type { Hub } from '../../core/events/hub.ts'
import type { ArchivedEvent, EventArchive, EventFeed, Quarantine } from '../../core/events/ports.ts'
import { SILENT_AFTER_MS, type Silence } from '../../core/events/silence.ts'
import type { Tracking } from '../../core/events/tracking/tracking.ts'
import type { HookWatch } from './hook-watch.ts'
import type { ProxyWatch } from '../server/proxy-watch.ts'
import {
  errors,
  Instant,
  instant,
  instantOrNull,
  InstantOrNull,
  SenderProblem,
  tagged,
} from '../server/answers/schemas.ts'
import { Type } from '../server/answers/type.ts'

/** This process. */
export type Running = {
  readonly role: string
  readonly since: number
  readonly disk: () => Promise<{ readonly free: number; readonly size: number }>
}

type SetupDeps = {
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
  readonly side: { readonly transport: 'smtp' | 'outbox'; readonly senderProblem: string | null }
  readonly stores: { readonly events: string; readonly database: string }
  readonly now: () => number
}

const FIELDS = {
  version: Type.String(),
  public_url: Type.String(),
  webhook_urls: Type.Array(Type.String(), { description: 'Type one of these in Mandrill, to the letter' }),
  keys: Type.Integer({ description: 'Webhook keys that are set' }),
  sender_problem: SenderProblem,
  unknown_proxy: Type.Union([Type.String(), Type.Null()], {
    description:
      'Sends X-Forwarded-For and is not in TRUST_PROXY: all subscribers behind it count as one address',
  }),
  subaccounts: Type.Array(Type.String(), {
    description: 'MANDRILL_SUBACCOUNTS: only these change subscribers. Empty: all',
  }),
  transport: Type.Union([Type.Literal('smtp'), Type.Literal('outbox')], {
    description: 'outbox: mails are only written to files',
  }),
  probe_seen_at: InstantOrNull,
  first_event_at: InstantOrNull,
  last_event_at: InstantOrNull,
  refused: Type.Array(
    Type.Object({
      at: Instant,
      since: Instant,
      count: Type.Integer(),
      reason: Type.String(),
      hint: Type.Union([Type.String(), Type.Null()]),
    }),
    {
      description:
        'Webhooks that this process has refused since it took the last one: each kind once, newest first, with what would have matched',
    },
  ),
  quarantine: Type.Integer({ description: 'Entries in quarantine' }),
  auth: Type.Union([Type.Literal('on'), Type.Literal('off')]),
  silent_seconds: Type.Integer({
    description: 'For how long mails have gone out without any event; 0 while events arrive',
  }),
  webhooks_silent: Type.Boolean({
    description: 'That is too long: what campaigns tell of people awaits news',
  }),
  process: Type.Object(
    { role: Type.String(), started_at: Instant },
    { description: 'The one that answers; `web` leaves sending to others' },
  ),
  disk: Type.Object(
    { free: Type.Integer(), size: Type.Integer() },
    { description: 'Bytes, where DATA_DIR is' },
  ),
  feed: Type.Object(
    { bytes: Type.Integer(), bound: Type.Integer() },
    { description: 'How large the feed is, and may be' },
  ),
  stores: Type.Object({ events: Type.String(), database: Type.String() }),
  lag: Type.Integer(),
  clients: Type.Integer(),
}
const Setup = Type.Object(FIELDS, {
  title: 'Setup',
  description: 'What is set, and what has come in',
  examples: [
    {
      version: '0.1.0',
      public_url: 'https://hub.example.com',
      webhook_urls: ['https://hub.example.com/api/hook'],
      keys: 1,
      sender_problem: null,
      unknown_proxy: null,
      subaccounts: [],
      transport: 'smtp',
      probe_seen_at: '2026-05-04T10:18:00.000Z',
      first_event_at: '2026-05-04T10:20:30.123Z',
      last_event_at: '2026-05-04T10:25:30.500Z',
      refused: [
        {
          at: '2026-05-04T10:19:00.000Z',
          since: '2026-05-04T10:19:00.000Z',
          count: 1,
          reason: 'wrong signature: URL',
          hint: 'It was signed for https://hub.example.com/hook: put that URL into MANDRILL_WEBHOOK_URL',
        },
      ],
      quarantine: 0,
      auth: 'on',
      silent_seconds: 0,
      webhooks_silent: false,
      process: { role: 'all', started_at: '2026-05-04T10:15:00.000Z' },
      disk: { free: 21_474_836_480, size: 53_687_091_200 },
      feed: { bytes: 1_048_576, bound: 2_147_483_648 },
      stores: { events: 'sqlite', database: 'sqlite' },
      lag: 0,
      clients: 3,
    },
  ],
})

export async function registerSetup(app: FastifyInstance, deps: SetupDeps): Promise<void> {
  const about = tagged('Operations')
  app.get(
    '/api/setup',
    {
      schema: {
        ...about,
        summary: 'How far the set-up has come',
        response: { 200: Setup, ...errors(401, 503) },
      },
    },
    async () => describeSetup(deps),
  )
}

async function describeSetup(deps: SetupDeps) {
  const { feed, archive, quarantine, hub, tracking, watch, silence, proxy, settings, side, running } = deps
  const first = await firstEvent(archive)
  const [last] = await archive.find({ limit: 1 })
  const { probeSeenAt, refused } = watch.status()
  return {
    version: deps.version,
    public_url: settings.publicUrl,
    webhook_urls: [...settings.webhookUrls],
    keys: settings.webhookKeys.length,
    sender_problem: side.senderProblem,
    unknown_proxy: proxy.unknown(),
    subaccounts: [...settings.subaccounts],
    transport: side.transport,
    probe_seen_at: instantOrNull(probeSeenAt),
    first_event_at: instantOrNull(first?.receivedAt),
    last_event_at: instantOrNull(last?.receivedAt),
    refused: refused.map(({ at, since, ...rest }) => ({ at: instant(at), since: instant(since), ...rest })),
    quarantine: await quarantine.count(),
    auth: settings.auth,
    silent_seconds: silence.seconds(),
    webhooks_silent: silence.seconds() * 1000 >= SILENT_AFTER_MS,
    process: { role: running.role, started_at: instant(running.since) },
    disk: await running.disk(),
    feed: await feed.size(),
    stores: deps.stores,
    lag: tracking.lag(),
    clients: hub.observers(),
  }
}

const SAMPLES = 100

/** That somebody tried the page with samples before is no connection. */
async function firstEvent(archive: EventArchive): Promise<ArchivedEvent | undefined> {
  const after = { epoch: 0, seq: 0 }
  const [first] = await archive.find({ after, limit: 1 })
  if (!first || !isSample(eventFacts(first))) return first
  return (await archive.find({ after, limit: SAMPLES })).find((event) => !isSample(eventFacts(event)))
}
