// Checks once, before anything else, whether the hub can use this Redis.
import { Redis } from 'ioredis'
import { isTlsFault } from '../../core/causes.ts'
import { HubError } from '../../core/errors.ts'
import { usedKey } from './keys.ts'

const CONNECT_MS = 5_000
const LEAST_VERSION = 7
/** Errors about the user, the password or the database: waiting does not help. */
const REFUSAL = /^(NOAUTH|WRONGPASS|NOPERM|ERR (AUTH|invalid password|Client sent AUTH|DB index|invalid DB))/
const PROBE = "return redis.call('SET', KEYS[1], '1', 'PX', 1000)"

/** Throws feed.unavailable if it may be usable later, and any other error if it will not. */
export async function probeRedis(url: string): Promise<void> {
  requireUsable(url)
  const first: { error?: unknown } = {}
  const redis = new Redis(url, {
    lazyConnect: true,
    protocol: 2,
    connectTimeout: CONNECT_MS,
    socketTimeout: CONNECT_MS,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectionName: 'hub-probe',
  })
  redis.on('error', (error) => (first.error ??= error))
  try {
    await redis.connect()
    const info = await named(redis.info('server'), 'INFO')
    if (first.error) throw first.error
    requireVersion(info)
    await named(redis.eval(PROBE, 1, usedKey('probe')), 'EVAL')
  } catch (error) {
    throw toFailure(first.error ?? error) // the first error says more than that the connection is closed
  } finally {
    redis.disconnect()
  }
}

class Unusable extends Error {}

function toFailure(cause: unknown): Error {
  const isForGood = cause instanceof Unusable || REFUSAL.test(messageOf(cause)) || isTlsFault(cause)
  return isForGood ? new Error(messageOf(cause), { cause }) : new HubError('feed.unavailable', { cause })
}

/** ioredis would take any query parameter as one of its own options. */
function requireUsable(url: string): void {
  const { searchParams, pathname, username, password } = new URL(url)
  try {
    decodeURIComponent(`${username}:${password}`)
  } catch {
    throw new Error('user and password must be URL-encoded: write % as %25')
  }
  const unknown = [...searchParams.keys()].find((key) => key !== 'family')
  if (unknown !== undefined)
    throw new Error(
      `there is no option ${JSON.stringify(unknown)}: TLS is rediss://, and NODE_EXTRA_CA_CERTS names an authority of your own`,
    )
  if (!/^(\/\d*)?$/.test(pathname)) throw new Error('the database must be a number: redis://host:6379/0')
}

function requireVersion(info: string): void {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? ''
  if (version && Number.parseInt(version, 10) < LEAST_VERSION)
    throw new Unusable(`Redis ${LEAST_VERSION} or newer is needed, this is ${version}`)
}

async function named<T>(reply: Promise<T>, command: string): Promise<T> {
  try {
    return await reply
  } catch (error) {
    if (messageOf(error).startsWith('NOPERM')) throw new Unusable(`${command}: ${messageOf(error)}`)
    throw error
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
