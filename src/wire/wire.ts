// The composition root: puts together the adapters that this process runs on.
import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { lockDataDir } from '../adapters/embedded/data-dir-lock.ts'
import { createMandrillAccount } from '../adapters/mandrill/account.ts'
import { createPagePack } from '../adapters/page/pack.ts'
import type { Sql } from '../adapters/sql/driver/dialect.ts'
import { createEventArchive } from '../adapters/sql/events/archive.ts'
import { createLeases } from '../adapters/sql/driver/leases.ts'
import { createLoop } from '../adapters/sql/loop/loop.ts'
import { createQuarantine } from '../adapters/sql/events/quarantine.ts'
import { isHubError } from '../core/errors.ts'
import { checkLanes, checkProgress } from '../core/operations/health.ts'
import { catchUp, isBehindFeed } from '../core/events/tracking/behind.ts'
import { createErasure, createForget } from '../core/list/forget.ts'
import { startHeartbeat } from '../core/operations/heartbeat.ts'
import { createHub } from '../core/events/hub.ts'
import type { EventArchive, EventFeed } from '../core/events/ports.ts'
import type { Log } from '../core/log.ts'
import { watchSilence } from '../core/events/silence.ts'
import { startTracking } from '../core/events/tracking/tracking.ts'
import { version } from '../version.ts'
import { holdAll } from './backup.ts'
import { openCampaignSide, type CampaignSide, type Needs } from './campaigns.ts'
import { diskOf, makeDataDir, keptSecret } from './data-dir.ts'
import { patiently } from './reach.ts'
import { databaseOf, feedOf, namesOfStores, openDatabase, openEvents, type Events } from './stores.ts'

export type Wired = Awaited<ReturnType<typeof wire>>

/** How long a closing process goes on filling the archive; the next start takes what is left. */
const DRAIN_MS = 2000

export async function wire(config: Config, log: Log) {
  makeDataDir(config.DATA_DIR)
  const lock = config.REDIS_URL && config.DATABASE_URL ? undefined : lockDataDir(config.DATA_DIR)
  const settings = readSettings(config)
  const events = await openEvents(config, log)
  const sql = await patiently(databaseOf(config), log, () => openDatabase(config, log))
  const archive = createEventArchive(sql)
  await patiently(feedOf(config), log, () => compareMoments(config, { feed: events.feed, archive, sql, log }))
  const shared = { sql, leases: createLeases(sql), owner: randomUUID(), secret: settings.secret, log }
  const untilTracked = (signal: AbortSignal) => catchUp({ feed: events.feed, archive }, signal)
  const side = await openCampaignSide(config, { ...shared, untilTracked })
  const serves = config.ROLE !== 'worker'
  const bothStores = [
    { name: 'events', needed: true, ping: () => (serves ? events.feed.ping() : pingAsWorker(events.feed)) },
    { name: 'database', needed: !serves, ping: () => sql.ping() },
  ]
  const checks = [...bothStores, { name: 'sending', needed: false, ping: checkLanes(side.lanes) }]
  const base = { now: Date.now, version, settings, sending: side.sending, checks }
  const since = Date.now()
  const me = { id: shared.owner, role: config.ROLE, version, since }
  const heartbeat = startHeartbeat({ processes: events.processes, me })
  const tracked = serves ? await openTracking(config, { ...shared, events, side }) : undefined
  const stores = namesOfStores(config)
  log.info({ ...stores, mail: side.transport, role: config.ROLE, version }, 'stores opened')
  if (serves && config.MANDRILL_WEBHOOK_KEYS.length === 0)
    log.info(
      {},
      `MANDRILL_WEBHOOK_KEYS is not set: ${config.PUBLIC_URL}/dashboard/setup says how to connect the webhook`,
    )
  return {
    ...base,
    /** undefined in a worker: it only sends. */
    serving: tracked && {
      ...base,
      ...events,
      ...tracked,
      checks: [...checks, { name: 'archive', needed: false, ping: checkProgress(tracked.tracking) }],
      side: { ...side, forget: tracked.forget },
      stores,
      running: { role: config.ROLE, since, disk: () => diskOf(config.DATA_DIR), others: heartbeat.others },
      page: createPagePack(log),
    },
    /** What closing may have to wait for. */
    bothStores,
    /** The token was made by the hub, not chosen by the operator. */
    tokenIsOurs: config.API_TOKEN === undefined,
    /** Begins no more mails, and waits for those in flight. May be called more than once. */
    stopSending: side.stopSending,
    /** Closes everything, in the order that loses nothing. To be called after the HTTP side has closed. */
    async close() {
      await side.close()
      await tracked?.close()
      await heartbeat.close()
      await events.close()
      await sql.close()
      lock?.release()
    },
  }
}

/** A feed at its bound does not concern a worker; a Redis without memory does. */
async function pingAsWorker(feed: EventFeed): Promise<void> {
  await feed.ping().catch((error: unknown) => {
    if (!isHubError(error, 'feed.full') || error.cause !== undefined) throw error
  })
}

type TrackingNeeds = Omit<Needs, 'untilTracked'> & { readonly events: Events; readonly side: CampaignSide }

/** The readers of the feed: the hub of sockets, and tracking with all that events change. */
async function openTracking(config: Config, needs: TrackingNeeds) {
  const { sql, leases, owner, secret, side, log } = needs
  const { feed } = needs.events
  const archiveDays = config.ARCHIVE_DAYS
  const effects = createLoop(sql, {
    secret,
    softBounces: config.SOFT_BOUNCES,
    scope: { subaccounts: config.MANDRILL_SUBACCOUNTS, sender: ownSender(config) },
    bounceRate: config.PAUSE_BOUNCE_RATE,
    complaintRate: config.PAUSE_COMPLAINT_RATE,
    onCommitted: side.loop,
  })
  const archive = createEventArchive(sql, effects)
  const quarantine = createQuarantine(sql)
  const hub = createHub(feed, (err) => log.warn({ err }, 'a socket could not catch up yet'))
  const tracking = startTracking({ feed, archive, leases, quarantine, owner, archiveDays, log })
  const { MANDRILL_API_KEY: key, MANDRILL_API_URL: baseUrl } = config
  // Webhooks can only be missed where mails go out and webhooks are set up.
  const expected = side.transport === 'smtp' && config.MANDRILL_WEBHOOK_KEYS.length > 0
  const sent = () => (expected ? side.sentRecently() : Promise.resolve(0))
  const arrived = async () => (await archive.brought()).last ?? 0
  const silence = watchSilence({ sent, arrived, now: Date.now, log })
  const { ledger, subscribers, eraseFromOutbox: outbox } = side
  const events = createErasure({ feed, archive, quarantine, tracking })
  return {
    archive,
    quarantine,
    hub,
    tracking,
    silence,
    forget: createForget({ events, deliveries: ledger.erase, outbox, subscribers, now: Date.now }),
    account: key ? createMandrillAccount({ key, baseUrl }) : undefined,
    async close() {
      silence.close()
      await hub.close()
      const drained = async () => tracking.reached(await feed.last(0), DRAIN_MS)
      await drained().catch(() => false)
      await tracking.close()
    },
  }
}

/** The default MAIL_FROM is nobody's address. */
function ownSender({ MAIL_FROM }: Config): string | undefined {
  return MAIL_FROM.address.endsWith('@localhost') ? undefined : MAIL_FROM.address
}

function readSettings(config: Config) {
  return {
    publicUrl: config.PUBLIC_URL,
    webhookUrls: config.MANDRILL_WEBHOOK_URL,
    webhookKeys: config.MANDRILL_WEBHOOK_KEYS,
    bodyLimit: config.BODY_LIMIT,
    trustProxy: config.TRUST_PROXY,
    subaccounts: config.MANDRILL_SUBACCOUNTS,
    allowedOrigins: config.ALLOWED_ORIGINS,
    auth: config.AUTH,
    token: config.API_TOKEN ?? keptSecret(config.DATA_DIR, 'api-token'),
    secret: config.SECRET ?? keptSecret(config.DATA_DIR, 'secret'),
  }
}

type Compared = {
  readonly feed: EventFeed
  readonly archive: Pick<EventArchive, 'position'>
  readonly sql: Sql
  readonly log: Log
}

/**
 * Feed or database may be older than the other, restored from a backup. Numbers that an older feed assigns must not be taken for
 * known ones; and mails that an older database does not know to be sent must not go out by themselves.
 */
async function compareMoments(config: Config, { feed, archive, sql, log }: Compared): Promise<void> {
  await feed.outlive(await archive.position())
  if (!(await isBehindFeed({ feed, archive }))) return
  const held = await holdAll(config, sql)
  log.error(
    { held },
    'the database is older than the feed: it was restored, or lost commits. Its campaigns are paused',
  )
}
