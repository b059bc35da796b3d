// /healthz, /readyz, /metrics: what machines ask of the hub.
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { Type } from 'typebox'
import type { Hub } from '../core/events/hub.ts'
import type { Sending } from '../core/sending/sending.ts'
import type { Silence } from '../core/events/silence.ts'
import type { Tracking } from '../core/events/tracking.ts'
import { registerSendingMetrics } from './sending-metrics.ts'
import type { HookWatch } from './hook-watch.ts'
import { errors, oneOf, tagged } from './schemas.ts'

/** A store by the name that the operator knows it by, and a call that throws when it cannot be reached. */
export type Check = { readonly name: string; readonly ping: () => Promise<void> }

/** A process tells of what it does: a worker has no webhook and no sockets. */
export type OperationsDeps = {
  readonly checks: readonly Check[]
  readonly hub?: Pick<Hub, 'observers'>
  readonly tracking?: Pick<Tracking, 'lag'>
  readonly watch?: HookWatch
  readonly silence?: Pick<Silence, 'seconds'>
  readonly sending?: Pick<Sending, 'metrics'> | undefined
}

const PING_MS = 2000

const Alive = Type.Object({ status: Type.Literal('ok') }, { description: 'It is' })
const Ready = Type.Object(
  {
    status: oneOf(['ready', 'unavailable']),
    stores: Type.Record(Type.String(), Type.String()),
    tracking_lag: Type.Optional(Type.Integer({ description: 'Events that the archive has not taken yet' })),
  },
  {
    description: 'All of them',
    examples: [{ status: 'ready', stores: { events: 'ok', database: 'ok' }, tracking_lag: 0 }],
  },
)
const NotReady = {
  ...Ready,
  description: 'A store cannot be reached',
  examples: [{ status: 'unavailable', stores: { events: 'unavailable', database: 'ok' }, tracking_lag: 0 }],
}

export async function registerOperations(app: FastifyInstance, deps: OperationsDeps): Promise<void> {
  const about = tagged('Operations')
  const open = { config: { public: true }, logLevel: 'warn' } as const
  const metrics = createMetrics(deps)

  app.get(
    '/healthz',
    {
      ...open,
      schema: {
        ...about,
        summary: 'The process is alive',
        security: [],
        response: { 200: Alive, ...errors(403) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      ...open,
      schema: {
        ...about,
        summary: 'Every store can be reached',
        security: [],
        response: { 200: Ready, ...errors(403), 503: NotReady },
      },
    },
    async (_request, reply) => {
      const states = await Promise.all(
        deps.checks.map(async (check) => [check.name, await stateOf(check)] as const),
      )
      const ready = states.every(([, state]) => state === 'ok')
      const body = { stores: Object.fromEntries(states), tracking_lag: deps.tracking?.lag() }
      return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unavailable', ...body })
    },
  )

  app.get(
    '/metrics',
    {
      logLevel: 'warn',
      schema: {
        ...about,
        summary: 'Prometheus metrics',
        produces: ['text/plain'],
        response: {
          200: Type.String({ description: 'The metrics', examples: ['mail_event_hub_sockets 3\n'] }),
          ...errors(401),
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  )
  app.addHook('onClose', async () => metrics.clear())
}

async function stateOf({ ping }: Check): Promise<'ok' | 'unavailable'> {
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(new Error('timeout')), PING_MS)
  try {
    await Promise.race([ping(), timeout.promise])
    return 'ok'
  } catch {
    return 'unavailable'
  } finally {
    clearTimeout(timer)
  }
}

function createMetrics({ hub, tracking, watch, silence, sending }: OperationsDeps): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({ name, help, registers, collect() { this.set(read()) } }) // prettier-ignore
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({ name, help, registers, collect() { this.reset(); this.inc(read()) } }) // prettier-ignore
  if (hub) gauge('mail_event_hub_sockets', 'Sockets that are open in this process', () => hub.observers())
  if (tracking)
    gauge('mail_event_hub_tracking_lag_events', 'Events that the archive has not taken yet', () =>
      tracking.lag(),
    )
  if (silence)
    gauge('mail_event_hub_webhooks_silent_seconds', 'How long mails have gone out without an event', () =>
      silence.seconds(),
    )
  if (watch) {
    const counts = () => watch.counts()
    counter('mail_event_hub_webhook_events_total', 'Events stored by this process', () => counts().accepted)
    counter(
      'mail_event_hub_webhook_refused_total',
      'Webhooks refused for their signature',
      () => counts().refused,
    )
    counter('mail_event_hub_webhook_not_stored_total', 'Webhooks answered 503', () => counts().not_stored)
  }
  if (sending) registerSendingMetrics(sending, registers)
  return registry
}
