// Keeps the feed in Redis within its bounds: drops the oldest events that are archived, and notes when the feed is full.
import { formatCursor, parseCursor, BEGINNING, type Cursor } from '../../../core/events/cursor.ts'
import type { Log } from '../../../core/log.ts'
import { cursorAt, endOf, type Span } from '../../../core/events/span.ts'
import { reasonOf, type Session } from '../connection.ts'
import type { Memory } from './memory.ts'
import { forgetNotes } from './names.ts'
import { readSpan } from './read.ts'
import { FEED_KEYS } from '../keys.ts'

export type Bounds = { readonly retention: number; readonly maxBytes: number }

/** Events trimmed in one step: Redis does nothing else meanwhile, for a millisecond or two. */
const STEP_EVENTS = 5_000
/** Stream nodes, of a few events each, from which Redis estimates the size of the whole stream. */
const SAMPLES = 1_000
/** How long the feed may grow unchecked while nobody calls trim. */
const BOUNDS_EVERY_MS = 1_000
/** The part of all events that is dropped at once when Redis itself has no memory left. */
const EMERGENCY_SHARE = 0.1

/** Stores, for every process on this Redis, how far the archive is. */
export async function setTaken(session: Session, taken: Cursor, memory: Memory): Promise<void> {
  const set = (): Promise<boolean> =>
    unlessOutOfMemory(session.redis.hset(FEED_KEYS.meta, 'taken', formatCursor(taken)))
  // Without memory for even this, archived events are dropped to make room.
  if (!(await set()) && (await makeRoom(session, memory, taken))) await set()
}

export async function readTaken({ redis }: Session): Promise<Cursor> {
  return parseCursor((await redis.hget(FEED_KEYS.meta, 'taken')) ?? '0') ?? BEGINNING
}

export type Room = {
  /** Brings the feed back within its bounds; `full` if that was not possible. */
  keep(): Promise<{ full: boolean }>
  /** The same in the background, at most once in BOUNDS_EVERY_MS. Logs errors. */
  keepNowAndThen(): void
  size(): Promise<{ bytes: number; bound: number }>
}

export function createRoom(session: () => Promise<Session>, bounds: Bounds, memory: Memory, log: Log): Room {
  let underWay: Promise<{ full: boolean }> | undefined
  let next: Promise<{ full: boolean }> | undefined
  let lastTime = performance.now()
  let wasFull = false

  async function keepOnce(): Promise<{ full: boolean }> {
    const { full } = await keepBounds(await session(), bounds, memory)
    if (full && !wasFull)
      log.error(bounds, 'The event feed is full: new events are refused until tracking has caught up')
    wasFull = full
    lastTime = performance.now()
    return { full }
  }

  /** A call under way may not see what was stored just now, so whoever asks meanwhile shares the next one. */
  function keep(): Promise<{ full: boolean }> {
    if (!underWay) return (underWay = keepOnce().finally(() => (underWay = undefined)))
    return (next ??= underWay
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return keep()
      }))
  }

  return {
    keep,
    async size() {
      const { bytes } = await readState(await session(), memory)
      return { bytes, bound: bounds.maxBytes }
    },
    keepNowAndThen() {
      if (!underWay && performance.now() - lastTime > BOUNDS_EVERY_MS)
        keep().catch((error: unknown) =>
          log.warn({ reason: reasonOf(error) }, 'The size of the event feed cannot be read'),
        )
    },
  }
}

/** Trims until the feed is within its bounds, or nothing more may be dropped; then notes whether it is full. */
async function keepBounds(session: Session, bounds: Bounds, memory: Memory): Promise<{ full: boolean }> {
  for (;;) {
    const { span, bytes, taken } = await readState(session, memory)
    const target = Math.min(span.floor + excess(span, bytes, bounds), taken, span.floor + STEP_EVENTS)
    const removed = target > span.floor ? await trimTo(session, target, span) : 0
    if (removed === 0) return noteFull(session, bytes > bounds.maxBytes)
  }
}

/**
 * Drops archived events when Redis has no memory: it then refuses every write that could need some, but not XTRIM. `known`: how far
 * the archive is, if the caller knows better than Redis. Returns whether anything could be dropped.
 */
export async function makeRoom(session: Session, memory: Memory, known = BEGINNING): Promise<boolean> {
  const { span, taken } = await readState(session, memory)
  const share = Math.ceil((span.head - span.floor) * EMERGENCY_SHARE)
  const target = Math.min(span.floor + share, Math.max(taken, seqOf(known, span)))
  return target > span.floor && (await trimTo(session, target, span)) > 0
}

type State = { readonly span: Span; readonly bytes: number; readonly taken: number }

async function readState(session: Session, memory: Memory): Promise<State> {
  const { span, replies } = await readSpan(session, memory, (commands) => {
    commands.memory('USAGE', FEED_KEYS.events, 'SAMPLES', SAMPLES).hget(FEED_KEYS.meta, 'taken')
  })
  const noted = parseCursor(String(replies[1] ?? '0')) ?? BEGINNING
  return { span, bytes: Number(replies[0]), taken: seqOf(noted, span) }
}

/** The seq of the last event that a cursor has passed; 0 if the cursor is from another feed. */
function seqOf(cursor: Cursor, span: Span): number {
  return Math.min(cursor.seq, endOf(cursor.epoch, span) ?? 0)
}

/** How many of the oldest events have to go, judged by the events' average size. */
function excess({ head, floor }: Span, bytes: number, { retention, maxBytes }: Bounds): number {
  const kept = head - floor
  const tooLarge = kept === 0 ? 0 : Math.ceil((bytes - maxBytes) / (bytes / kept))
  return Math.max(kept - retention, tooLarge, 0)
}

async function trimTo({ redis }: Session, seq: number, span: Span): Promise<number> {
  await forgetNotes(redis, span.floor, seq)
  const { epoch } = cursorAt(seq, span)
  return redis.xtrim(FEED_KEYS.events, 'MINID', '=', formatCursor({ epoch, seq: seq + 1 }))
}

async function noteFull({ redis }: Session, full: boolean): Promise<{ full: boolean }> {
  if (full) await unlessOutOfMemory(redis.hset(FEED_KEYS.meta, 'full', '1'))
  else await redis.hdel(FEED_KEYS.meta, 'full')
  return { full }
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('OOM')
}

/** False if Redis had no memory for the work. Other errors are thrown. */
export async function unlessOutOfMemory(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (isOutOfMemory(error)) return false
    throw error
  }
}
