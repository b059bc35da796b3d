// What this process remembers of the feed in Redis, to notice when Redis comes back with older data.
import { BEGINNING, compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { Session } from '../connection.ts'
import { beginScript } from './scripts.ts'
import { FEED_KEYS } from '../keys.ts'
import { run } from '../script.ts'

export type Memory = {
  now(): number
  /** The newest cursor of the feed that this process knows. */
  newest(): Cursor
  see(cursor: Cursor): void
}

export function createMemory(now: () => number): Memory {
  let newest = BEGINNING
  return {
    now,
    newest: () => newest,
    see(cursor) {
      if (compareCursors(cursor, newest) > 0) newest = cursor
    },
  }
}

/** Begins a new life of the feed on this Redis, unless it surely still has everything of the current one. */
export async function beginLife(session: Session, memory: Memory): Promise<void> {
  await run(session.redis, beginScript, Object.values(FEED_KEYS), lifeArgs(session, memory))
}

/** The arguments by which both scripts decide whether a new life begins. */
export function lifeArgs({ runId }: Session, memory: Memory): string[] {
  const { epoch, seq } = memory.newest()
  return [runId, String(memory.now()), String(epoch), String(seq)]
}
