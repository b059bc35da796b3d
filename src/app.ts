// Puts the HTTP side together: plugins and routes, in reading order. It never listens.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import rateLimit, { type FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { createCounts } from './core/counts.ts'
import type { Hub } from './core/events/hub.ts'
import type { EventArchive, EventFeed, Quarantine } from './core/events/ports.ts'
import { createHealth, type Check } from './core/operations/health.ts'
import type { OneTime } from './core/ports.ts'
import type { Sending } from './core/sending/sending.ts'
import type { MandrillAccount } from './core/events/reconcile.ts'
import type { Silence } from './core/events/silence.ts'
import type { Tracking } from './core/events/tracking/tracking.ts'
import {
  createAccess,
  registerAccess,
  registerEndedSessions,
  registerHostCheck,
  type Access,
} from './http/server/access/access.ts'
import { registerBodies } from './http/server/bodies/bodies.ts'
import { registerBodyTimeout } from './http/server/bodies/timeout.ts'
import { createByteBudget } from './http/server/bodies/budget.ts'
import { registerClosing } from './http/server/connections/closing.ts'
import { trackConnections } from './http/server/connections/connections.ts'
import { createPresent, type PresentDeps } from './http/campaigns/json.ts'
import { openCampaignBoard } from './http/campaigns/board.ts'
import { registerCampaigns, type CampaignsDeps } from './http/campaigns/campaigns.ts'
import { registerLanes, type LanesDeps } from './http/campaigns/lanes.ts'
import { createSendMail } from './http/campaigns/send-mail.ts'
import { registerCompression } from './http/server/answers/compression.ts'
import { registerDocs, registerDocsPage } from './http/docs/docs.ts'
import { registerEarlyAnswers } from './http/server/connections/early-answers.ts'
import { requestForLog } from './http/server/answers/errors.ts'
import { registerSecurityHeaders } from './http/server/answers/headers.ts'
import { registerEvents } from './http/events/events.ts'
import { createHookWatch } from './http/events/hook/watch.ts'
import { registerHook } from './http/events/hook/hook.ts'
import { refuseOtherSockets, registerLive } from './http/events/live/live.ts'
import { registerConfirm, type ConfirmDeps } from './http/list/confirm.ts'
import { registerSubscribers, type SubscribersDeps } from './http/list/subscribers.ts'
import { registerSuppressions, type SuppressionsDeps } from './http/list/suppressions.ts'
import { registerUnsubscribe, type UnsubscribeDeps } from './http/list/unsubscribe.ts'
import { registerMethods } from './http/server/methods.ts'
import { measureRequests } from './http/operations/metrics.ts'
import { registerOperations } from './http/operations/operations.ts'
import { registerPage, type PageDeps } from './http/page/page.ts'
import { createProxyWatch } from './http/server/proxy-watch.ts'
import { registerQuarantine } from './http/events/quarantine.ts'
import { registerReconcile } from './http/events/reconcile.ts'
import { isForSocket, REQUEST_OPTIONS, setUpRequests } from './http/server/requests.ts'
import { registerSession, registerTickets } from './http/server/access/session.ts'
import { registerSample } from './http/events/sample.ts'
import { openSetupBoard, registerSetup, type Running, type SetupDeps } from './http/events/setup.ts'
import { registerStats } from './http/events/stats.ts'
import { sharedLimit } from './http/server/access/shared-limit.ts'
import { createTickets } from './http/server/access/tickets.ts'

/** What every process needs; wire.ts makes it. */
type WorkerDeps = {
  readonly log: FastifyBaseLogger
  readonly now: () => number
  readonly version: string
  readonly settings: Settings
  readonly checks: readonly Check[]
  /** undefined where other processes send. */
  readonly sending: Pick<Sending, 'metrics'> | undefined
}

/** What a serving process needs besides. */
export type Deps = WorkerDeps &
  PageDeps & {
    readonly feed: EventFeed
    readonly hub: Hub
    readonly archive: EventArchive
    readonly quarantine: Quarantine
    readonly tracking: Tracking
    readonly oneTime: OneTime
    readonly account: MandrillAccount | undefined
    readonly silence: Silence
    readonly side: ListDeps & SetupDeps['side'] & Omit<CampaignsDeps & PresentDeps & LanesDeps, MadeHere>
    readonly stores: { readonly events: string; readonly database: string }
    readonly running: Running
  }

type ListDeps = Omit<SubscribersDeps & SuppressionsDeps & UnsubscribeDeps & ConfirmDeps, MadeHere>
type MadeHere = 'access' | 'present' | 'sendMail' | 'log' | 'now'

type Settings = {
  readonly publicUrl: string
  readonly webhookUrls: readonly string[]
  readonly webhookKeys: readonly string[]
  readonly bodyLimit: number
  readonly trustProxy: readonly string[]
  readonly subaccounts: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly auth: 'on' | 'off'
  readonly token: string
  readonly secret: string
}

const ICON = new URL('../public/icon.svg', import.meta.url)
const DOC_CSS = new URL('../public/doc.css', import.meta.url)
/** For bodies other than the webhook's. */
const BODY_LIMIT = 1024 * 1024
/** For all bodies together, as far as they have arrived; at least one and a half times the largest. */
const BODIES_TOGETHER = 48 * 1024 * 1024
/** A client that takes longer to send its request is disconnected. */
const REQUEST_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 20_000
const SERVER_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 4,
  requireHostHeader: false, // Node's own answer has no words: see requests.ts
  shouldUpgradeCallback: isForSocket,
}
const SOCKETS = {
  perMessageDeflate: false,
  clientTracking: false, // live.ts knows them
  maxPayload: 64 * 1024,
  closeTimeout: 3_000, // to say goodbye, for one that was told to close
  handleProtocols: (): false => false, // none is spoken
} as const
/** Headers that pages of allowed origins may read. */
const EXPOSED_HEADERS = [
  'Retry-After',
  'Location',
  'Allow',
  'X-Request-Id',
  'Idempotency-Replayed',
  'Content-Disposition',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
]

/** Everything that a hub serves. */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const { settings, log, now, version } = deps
  const secure = settings.publicUrl.startsWith('https:')
  const access = createAccess({ ...settings, now, ended: deps.oneTime })
  const watch = createHookWatch(log, now)
  const health = createHealth(deps.checks)
  const tickets = createTickets(settings.secret, deps.oneTime, now)
  const counts = createCounts(now)
  const limits = sharedLimit(deps.oneTime, counts)
  const { app, connections } = await createServer(deps, access, limits)
  const requests = measureRequests(app)
  const proxy = createProxyWatch(log, settings.trustProxy)
  const present = createPresent({ ...deps.side, log })
  app.addHook('onRequest', (request, _reply, done) => {
    proxy.see(request)
    done()
  })
  const addOtherMethods = registerMethods(app)

  await app.register(websocket, {
    options: SOCKETS,
    preClose: (done) => done(), // live.ts ends them
  })
  app.addHook('preHandler', refuseOtherSockets)
  await registerDocs(app, version, settings.publicUrl)
  await app.register(async (api) => {
    registerAccess(api, access, counts)
    await registerSession(api, access, secure)
    await registerTickets(api, { access, tickets })
    const boards = {
      campaigns: openCampaignBoard({ ...deps.side, present, log, now }),
      setup: openSetupBoard({ ...deps, watch, proxy, health, log }),
    }
    api.addHook('onClose', async () => Object.values(boards).forEach((each) => each.close()))
    await registerLive(api, { ...deps, access, tickets, boards, connections })
    await registerEvents(api, deps)
    registerStats(api, deps)
    await registerQuarantine(api, deps.feed, deps.quarantine)
    await registerSetup(api, { ...deps, watch, proxy, health })
    await registerSample(api, { ...deps, log, now })
    await registerReconcile(api, { ...deps, urls: settings.webhookUrls })
    await registerOperations(api, { ...deps, watch, health, campaigns: deps.side.campaigns, requests })
    const sendMail = createSendMail({ ...deps.side, present })
    const side = { ...deps.side, access, present, sendMail, now }
    await registerSubscribers(api, side)
    await registerSuppressions(api, side)
    await registerUnsubscribe(api, side)
    await registerConfirm(api, side)
    await registerCampaigns(api, side)
    await registerLanes(api, side)
    await api.register(registerHook, {
      ...deps,
      access,
      watch,
      keys: settings.webhookKeys,
      urls: settings.webhookUrls,
      bodyLimit: settings.bodyLimit,
    })
  })
  await registerDocsPage(app, { icon: readFileSync(ICON), css: readFileSync(DOC_CSS, 'utf8') })
  await app.register(registerPage, deps)
  addOtherMethods()
  return app
}

/** A process that only sends: health and metrics. */
export async function buildWorkerApp(deps: WorkerDeps): Promise<FastifyInstance> {
  const access = createAccess({ ...deps.settings, now: deps.now })
  const { app } = await createServer(deps, access)
  const requests = measureRequests(app)
  const addOtherMethods = registerMethods(app)
  await app.register(async (api) => {
    registerAccess(api, access, createCounts(deps.now))
    await registerOperations(api, { ...deps, health: createHealth(deps.checks), requests })
  })
  addOtherMethods()
  return app
}

async function createServer(
  { settings, log }: WorkerDeps,
  access: Access,
  limits?: FastifyRateLimitStoreCtor,
) {
  const app = fastify({
    ...REQUEST_OPTIONS,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: settings.trustProxy.length ? [...settings.trustProxy] : false,
    bodyLimit: BODY_LIMIT,
    http: SERVER_OPTIONS,
    pluginTimeout: 0, // a step of the start takes more than ten seconds on a machine that is busy enough
    requestTimeout: 0, // an import may take longer: registerBodyTimeout bounds the rest
    forceCloseConnections: 'idle',
  })
  setUpRequests(app)
  logRequests(app)
  const connections = trackConnections(app, access.isSignedIn)
  registerClosing(app, connections)
  registerEarlyAnswers(app, access.isSignedIn)
  registerBodyTimeout(app, REQUEST_TIMEOUT_MS)
  await app.register(cookie)
  registerEndedSessions(app, access)
  await registerCompression(app)
  registerSecurityHeaders(app, settings.publicUrl.startsWith('https:'))
  await app.register(cors, {
    origin: (origin, answer) => answer(null, origin !== undefined && access.isAllowed(origin)),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    credentials: true,
    maxAge: 600,
    strictPreflight: false,
  })
  await app.register(rateLimit, { global: false, ...(limits && { store: limits }) })
  registerHostCheck(app, access)
  const budget = createByteBudget(Math.max(BODIES_TOGETHER, 1.5 * settings.bodyLimit))
  registerBodies(app, budget, access.isSignedIn)
  return { app, connections }
}

/** Each answer has its request's id, and each refused request is logged. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  const tellsAll = ['debug', 'trace'].includes(app.log.level)
  app.addHook('onResponse', (request, reply, done) => {
    if (tellsAll || reply.statusCode >= 400) {
      const level = reply.statusCode >= 400 ? 'info' : 'debug'
      const ms = Math.round(reply.elapsedTime)
      request.log[level]({ ...requestForLog(request), status: reply.statusCode, ms }, 'request')
    }
    done()
  })
}
