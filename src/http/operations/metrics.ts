// The metrics for Prometheus. docs/metrics.md lists every name; a test compares the two.
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Hub } from '../../core/events/hub.ts'
import type { EventFeed, Quarantine } from '../../core/events/ports.ts'
import type { Silence } from '../../core/events/silence.ts'
import type { Tracking } from '../../core/events/tracking/tracking.ts'
import { CAMPAIGN_STATUSES, type CampaignStore } from '../../core/campaigns/ports.ts'
import type { Sending } from '../../core/sending/sending.ts'
import type { HookWatch } from '../events/hook/watch.ts'
import { registerSendingMetrics } from '../campaigns/metrics.ts'

/** A process reports what it does: a worker has no webhook and no sockets. */
export type MetricsDeps = {
  readonly version: string
  readonly hub?: Pick<Hub, 'observers' | 'catchingUp'>
  readonly feed?: Pick<EventFeed, 'size'>
  readonly tracking?: Pick<Tracking, 'lag'>
  readonly quarantine?: Pick<Quarantine, 'count'>
  readonly watch?: HookWatch
  readonly silence?: Pick<Silence, 'seconds'>
  readonly sending?: Pick<Sending, 'metrics'> | undefined
  readonly campaigns?: Pick<CampaignStore, 'countByStatus'>
  readonly requests: Histogram
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Measures every request from now on, by the pattern of its route: URLs would make endless labels. */
export function measureRequests(app: FastifyInstance): Histogram {
  const requests = new Histogram({
    name: 'mail_event_hub_http_request_seconds',
    help: 'From the head of a request to the end of its response',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [],
  })
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const status = `${Math.floor(reply.statusCode / 100)}xx`
    requests.observe({ method, route: routeOptions.url ?? 'none', status }, reply.elapsedTime / 1000)
    done()
  })
  return requests
}

export function createMetrics(deps: MetricsDeps): Registry {
  const { hub, feed, tracking, quarantine, silence, watch, sending, campaigns } = deps
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  registry.registerMetric(deps.requests)
  const registers = [registry]
  const build = new Gauge({
    name: 'mail_event_hub_build_info',
    help: 'Always 1: what runs here',
    labelNames: ['version', 'node'],
    registers,
  })
  build.set({ version: deps.version, node: process.version }, 1)
  /** If a store fails, only its own metrics are left out. */
  const gauge = (name: string, help: string, read: (() => number | Promise<number>) | undefined) =>
    read &&
    new Gauge({
      name: `mail_event_hub_${name}`,
      help,
      registers,
      async collect() {
        await Promise.resolve(read()).then(
          (value) => this.set(value),
          () => this.remove(),
        )
      },
    })
  const sizeOf = (what: 'bytes' | 'bound') => feed && (async () => (await feed.size())[what])
  gauge('sockets', 'Sockets that are open in this process', hub?.observers)
  gauge('sockets_catching_up', 'Of them, those that are behind the feed', hub?.catchingUp)
  gauge('feed_bytes', 'What the feed keeps', sizeOf('bytes'))
  gauge('feed_bytes_bound', 'What it may keep: EVENT_MAX_BYTES', sizeOf('bound'))
  gauge('tracking_lag_events', 'Events that the archive has not taken yet', tracking?.lag)
  gauge('quarantine_entries', 'Entries in quarantine', quarantine?.count)
  gauge('webhooks_silent_seconds', 'How long mails have gone out without an event', silence?.seconds)
  if (watch) registerHookMetrics(watch, registry)
  if (campaigns) registerCampaignMetrics(campaigns, registry)
  if (sending) registerSendingMetrics(sending, registers)
  return registry
}

/** The counters of the webhook, with their labels. */
const HOOK = [
  ['mail_event_hub_webhook_events_total', 'Events stored by this process', 'accepted'],
  ['mail_event_hub_events_total', 'Events that webhooks brought, repeats too', 'kinds', 'kind'],
  ['mail_event_hub_webhook_duplicates_total', 'Events that were stored before', 'duplicates'],
  ['mail_event_hub_webhook_quarantined_total', 'Put into quarantine by this process', 'quarantined'],
  ['mail_event_hub_webhook_refused_total', 'Batches refused, by the code of the answer', 'refused', 'code'],
  ['mail_event_hub_webhook_not_stored_total', 'Batches that could not be stored', 'notStored'],
] as const

function registerHookMetrics(watch: HookWatch, registry: Registry): void {
  for (const [name, help, counted, ...labelNames] of HOOK) {
    const counter = new Counter<string>({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset()
        const count = watch.counts()[counted]
        if (typeof count === 'number') return this.inc(count)
        for (const [value, times] of count) this.labels(value).inc(times)
      },
    })
    registry.registerMetric(counter)
  }
}

function registerCampaignMetrics(campaigns: Pick<CampaignStore, 'countByStatus'>, registry: Registry): void {
  const gauge = new Gauge({
    name: 'mail_event_hub_campaigns',
    help: 'Campaigns, by status',
    labelNames: ['status'],
    registers: [],
    async collect() {
      this.reset()
      const counts = await campaigns.countByStatus().catch(() => undefined)
      for (const status of counts ? CAMPAIGN_STATUSES : []) this.set({ status }, counts?.get(status) ?? 0)
    },
  })
  registry.registerMetric(gauge)
}
