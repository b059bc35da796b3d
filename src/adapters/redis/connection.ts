// A connection to Redis that reconnects by itself, and always knows which Redis process it is connected to.
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { HubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { backOff } from '../../core/pause.ts'

/** The connection since it was last made. Commands are sent only after the server's run id is known. */
export type Session = {
  readonly redis: Redis
  /** Redis makes a new one at every start: a different run id may mean that the newest writes are lost. */
  readonly runId: string
}

type Connection = {
  /** The present session. Waits a moment for it, then throws feed.unavailable. */
  session(): Promise<Session>
  close(): void
}

type ConnectionOptions = {
  readonly url: string
  /** Shown in CLIENT LIST. */
  readonly name: string
  /** The connection is given up when a reply takes longer than this. */
  readonly silenceMs: number
  /** How long a caller waits for a connection that is being made. */
  readonly patienceMs: number
  /** Runs first on every new connection; if it throws, another one is made. */
  readonly greet?: (session: Session) => Promise<void>
  readonly log: Log
}

const LONGEST_BACK_OFF_MS = 2_000

export function openConnection(options: ConnectionOptions): Connection {
  const { name, log, patienceMs } = options
  const redis = createClient(options, lose)
  const tell = createOutageLog(name, log)
  let current: Session | undefined
  let arrival = Promise.withResolvers<Session | undefined>()
  let trouble: unknown

  async function greet(): Promise<void> {
    try {
      const session = { redis, runId: await readRunId(redis) }
      await options.greet?.(session)
      if (redis.status !== 'ready') return
      tell.recovered()
      current = session
      arrival.resolve(session)
    } catch (error) {
      trouble = new Error(reasonOf(error))
      tell.failed(error)
      redis.disconnect(true)
    }
  }

  function lose(): void {
    if (current) arrival = Promise.withResolvers()
    current = undefined
  }

  redis.on('error', tell.failed)
  redis.on('ready', () => void greet())
  redis.on('close', lose)
  redis.on('end', tell.ended)
  return {
    async session() {
      const session = current ?? (await Promise.race([arrival.promise, patience(patienceMs)]))
      if (session) return session
      throw new HubError('feed.unavailable', { cause: trouble })
    },
    close() {
      redis.disconnect()
      arrival.resolve(undefined)
    },
  }
}

/** The delay before the next try; half of it is random, so that not all processes come at once. */
export function reconnectAfter(mostMs: number): (times: number) => number {
  return (times) => backOff(times, { first: 50, most: mostMs }) * (0.5 + Math.random() / 2)
}

/** By log: the connections that are down at the moment. */
const outages = new WeakMap<Log, Set<object>>()

/** Logs an outage once: not at every try, and not for each of the many connections. */
export function createOutageLog(connection: string, log: Log) {
  const me = {}
  const out = outages.get(log) ?? new Set()
  outages.set(log, out)
  return {
    failed(error: unknown): void {
      if (out.size === 0)
        log.warn({ reason: reasonOf(error), connection }, 'Redis cannot be reached, trying again')
      out.add(me)
    },
    recovered(): void {
      if (out.delete(me) && out.size === 0) log.info({ connection }, 'Redis answers again')
    },
    /** The connection was closed for good. */
    ended: () => void out.delete(me),
  }
}

function patience(ms: number): Promise<undefined> {
  return pause(ms, undefined, { ref: false })
}

function createClient({ url, name, silenceMs }: ConnectionOptions, lose: () => void): Redis {
  return new Redis(url, {
    connectionName: name,
    protocol: 2, // one shape of replies, whatever the server
    // A command is sent now or fails now: old ones are not repeated, and nothing runs before greet.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    retryStrategy: reconnectAfter(LONGEST_BACK_OFF_MS),
    // After a failover the old primary may still answer, as a replica.
    reconnectOnError(error) {
      const isReplica = error.message.startsWith('READONLY')
      if (isReplica) lose()
      return isReplica
    },
  })
}

async function readRunId(redis: Redis): Promise<string> {
  const info = await redis.info('server')
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? 'unknown'
}

/** Only the message of an error: ioredis attaches the whole command, which may hold events or a password. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
