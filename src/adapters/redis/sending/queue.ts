// The send queue on BullMQ: one of its queues for each lane, one job for each chunk.
//
// BullMQ does the tedious part: several workers, locks, and recovering jobs whose worker died. It decides nothing: a finished job
// is gone, however it ended, and the ledger says whether its chunk must come again.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Queue, Worker, type Job } from 'bullmq'
import { Redis } from 'ioredis'
import { HubError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import type { ChunkRef } from '../../../core/campaigns/ports.ts'
import type { SendQueue } from '../../../core/sending/ports.ts'
import { createOutageLog, reconnectAfter } from '../connection.ts'
import { SEND_KEYS } from '../keys.ts'

export type RedisQueueOptions = {
  readonly url: string
  /** How long a silent worker keeps a job, and how often other workers look for such jobs. */
  readonly lockMs?: number
  readonly stalledMs?: number
  readonly log: Log
}

type ChunkJob = Job<ChunkRef>
type InHand = { readonly stop: AbortController; readonly ended: Promise<void> }

const NAME = 'hub-queue'
const LOCK_MS = 10_000
const STALLED_MS = 4_000
const LONGEST_BACK_OFF_MS = 1_000
/** A connection without a reply for this long is replaced. (Workers wait up to 5 s for a job.) */
const SILENCE_MS = 12_000
const PATIENCE_MS = 2_000
const CLOSE_MS = 2_000
const EVENTS_KEPT = 100

export function openRedisSendQueue(options: RedisQueueOptions): SendQueue {
  const { url, log } = options
  const connection = connect(url, false, log)
  const queues = new Map<string, Queue<ChunkRef>>()
  const working = new Set<{ close(): Promise<void> }>()

  function queueOf(lane: string): Queue<ChunkRef> {
    const known = queues.get(lane)
    if (known) return known
    const queue = new Queue<ChunkRef>(lane, {
      connection,
      prefix: SEND_KEYS.queuePrefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      streams: { events: { maxLen: EVENTS_KEPT } },
    })
    queue.on('error', () => {}) // logged by the connection
    queues.set(lane, queue)
    return queue
  }

  return {
    async add(refs) {
      try {
        await untilReady(connection)
        const lanes = Map.groupBy(refs, ({ lane }) => lane)
        await Promise.all([...lanes].map(([lane, chunks]) => queueOf(lane).addBulk(chunks.map(toJob))))
      } catch (error) {
        // A queue that lost its connection while it was being set up never recovers.
        for (const queue of queues.values()) queue.close().catch(() => undefined)
        queues.clear()
        throw new HubError('sending.unavailable', { cause: error })
      }
    },
    work(lane, width, handle) {
      const worker = startWorker(options, lane, width, handle)
      working.add(worker)
      return { close: () => worker.close().finally(() => working.delete(worker)) }
    },
    async close() {
      await Promise.all([...working].map((worker) => worker.close()))
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()))
      connection.disconnect()
    },
  }
}

function toJob(ref: ChunkRef) {
  return { name: 'chunk', data: ref, opts: { jobId: `${ref.campaignId}_${ref.chunk}` } }
}

function startWorker(
  { url, log, lockMs = LOCK_MS, stalledMs = STALLED_MS }: RedisQueueOptions,
  lane: string,
  width: number,
  handle: Parameters<SendQueue['work']>[2],
) {
  const connection = connect(url, true, log)
  const inHand = new Map<string, InHand>()
  let closing = false

  async function take(job: ChunkJob): Promise<void> {
    if (closing) return // fetched too late: the ledger brings it back
    const id = String(job.id)
    // A job that lost its lock in an outage may come again to the worker that still has it in hand: both then end together.
    const known = inHand.get(id)
    if (known) return known.ended
    const stop = new AbortController()
    const ended = handle(job.data, stop.signal).finally(() => inHand.delete(id))
    inHand.set(id, { stop, ended })
    await ended
  }

  const worker = new Worker<ChunkRef>(lane, (job) => take(job), {
    connection,
    prefix: SEND_KEYS.queuePrefix,
    concurrency: width,
    lockDuration: lockMs,
    stalledInterval: stalledMs,
    maxStalledCount: Number.MAX_SAFE_INTEGER, // a chunk is not at fault when its workers die
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    runRetryDelay: LONGEST_BACK_OFF_MS,
  })
  // Other workers have these chunks now, or soon will.
  worker.on('lockRenewalFailed', (ids: string[]) => ids.forEach((id) => inHand.get(id)?.stop.abort()))
  worker.on('failed', (job, err) =>
    log.warn({ err, chunk: job?.data }, 'a chunk of a campaign was given back'),
  )
  worker.on('error', () => {}) // lost locks are handled above, lost connections are logged by the connection
  return {
    async close(): Promise<void> {
      closing = true
      const closed = worker.close().catch(() => undefined)
      for (const { stop } of inHand.values()) stop.abort()
      await Promise.allSettled([...inHand.values()].map(({ ended }) => ended))
      // BullMQ would wait for a Redis that is gone. Nothing is lost: locks expire, and the ledger brings chunks back.
      await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })])
      connection.disconnect()
      worker
        .getBackend()
        .blockingClient?.then((client) => client.disconnect())
        .catch(() => undefined)
    },
  }
}

async function untilReady(redis: Redis): Promise<void> {
  const isReady = (): boolean => redis.status === 'ready'
  if (!isReady()) await Promise.race([once(redis, 'ready'), pause(PATIENCE_MS, undefined, { ref: false })])
  if (!isReady()) throw new Error('Redis does not answer')
}

function connect(url: string, patient: boolean, log: Log): Redis {
  const redis = new Redis(url, {
    connectionName: NAME,
    protocol: 2,
    // A worker waits for Redis to come back; adding chunks fails.
    maxRetriesPerRequest: patient ? null : 1,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: reconnectAfter(LONGEST_BACK_OFF_MS),
  })
  const tell = createOutageLog(NAME, log)
  redis.on('ready', tell.recovered)
  redis.on('error', tell.failed)
  redis.on('end', tell.ended)
  return redis
}
