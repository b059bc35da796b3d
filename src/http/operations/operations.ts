// /healthz, /readyz, /metrics: for load balancers and Prometheus.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { createHealth } from '../../core/operations/health.ts'
import { createMetrics, type MetricsDeps } from './metrics.ts'
import { errors, oneOf, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

type OperationsDeps = MetricsDeps & { readonly health: ReturnType<typeof createHealth> }

const Alive = Type.Object({ status: Type.Literal('ok') }, { description: 'The process is alive' })
const State = (...states: ('ready' | 'degraded' | 'unavailable')[]) =>
  Type.Object({
    status: oneOf(states),
    stores: Type.Record(Type.String(), Type.String(), {
      description:
        'The state of each: `ok`, or what is wrong: `unavailable`, `no answer`, `read-only`, `full`, `refuses writes`, `gone` (its file was removed or replaced), `at a stand`; of `sending`: `paused`, when a lane is',
    }),
    tracking_lag: Type.Optional(Type.Integer({ description: 'Events that the archive has not taken yet' })),
  })
const OK = { events: 'ok', database: 'ok', sending: 'ok', archive: 'ok' }
const Ready = {
  ...State('ready', 'degraded'),
  description: 'Webhooks are stored. `degraded`: something else does not work; `stores` says what and why',
  examples: [
    { status: 'ready', stores: OK, tracking_lag: 0 },
    { status: 'degraded', stores: { ...OK, database: 'read-only' }, tracking_lag: 8 },
  ],
}
const NotReady = {
  ...State('unavailable'),
  description: 'Webhooks cannot be stored; of a worker: it cannot send',
  examples: [{ status: 'unavailable', stores: { ...OK, events: 'full' }, tracking_lag: 0 }],
}

export async function registerOperations(app: FastifyInstance, deps: OperationsDeps): Promise<void> {
  const about = tagged('Operations')
  // Compressing would have Node load its whole HTTP client at the first answer: 35 ms of a start.
  const open = { config: { public: true }, logLevel: 'warn', compress: false } as const
  const metrics = createMetrics(deps)

  route(app, 'GET /healthz', {
    ...open,
    ...about,
    summary: 'Check that the process is alive',
    security: [],
    response: { 200: Alive, ...errors(403) },
    handler: async () => ({ status: 'ok' as const }),
  })

  route(app, 'GET /readyz', {
    ...open,
    ...about,
    summary: 'Check that webhooks can be stored and everything else works',
    description:
      'For a load balancer, which should take the webhook away only on 503. Asks the stores at most once a second.',
    security: [],
    response: { 200: Ready, ...errors(403), 503: NotReady },
    handler: async (_request, reply) => {
      const { status, states } = await deps.health()
      const body = { status, stores: states, tracking_lag: deps.tracking?.lag() }
      return reply.status(status === 'unavailable' ? 503 : 200).send(body)
    },
  })

  route(app, 'GET /metrics', {
    logLevel: 'warn',
    ...about,
    summary: 'Get the metrics, for Prometheus',
    produces: ['text/plain'],
    response: {
      200: Type.String({ description: 'The metrics', examples: ['mail_event_hub_sockets 3\n'] }),
      ...errors(401),
    },
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  })
  app.addHook('onClose', async () => metrics.clear())
}
