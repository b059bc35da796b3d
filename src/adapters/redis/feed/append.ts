// Appends a batch to the feed in Redis: one script for each slice of it.
import { HubError } from '../../../core/errors.ts'
import type { NewEvent } from '../../../core/events/event.ts'
import type { Appended } from '../../../core/events/ports.ts'
import { BEGINNING, parseCursor } from '../../../core/events/cursor.ts'
import type { Session } from '../connection.ts'
import { isOutOfMemory, makeRoom, type Room } from './bounds.ts'
import { lifeArgs, type Memory } from './memory.ts'
import { appendScript } from './scripts.ts'
import { run } from '../script.ts'
import { FEED_KEYS, seenKeys } from '../keys.ts'

/** Redis does nothing else while a script runs, and Lua's unpack fails near 8,000 values. */
const SLICE_EVENTS = 1_000

export function createAppender(session: () => Promise<Session>, room: Room, memory: Memory) {
  /** One after the other: were a slice lost, what follows it in the batch must not be there already. */
  return async (events: readonly NewEvent[]): Promise<Appended> => {
    let accepted = 0
    for (let start = 0; start < events.length; start += SLICE_EVENTS)
      accepted += await appendSlice(events.slice(start, start + SLICE_EVENTS))
    room.keepNowAndThen()
    return { accepted, duplicates: events.length - accepted }
  }

  async function appendSlice(slice: readonly NewEvent[]): Promise<number> {
    const accepted = await tryAppend(slice)
    if (accepted >= 0) return accepted
    // Full, says a note in Redis: perhaps no longer so.
    const { full } = await room.keep()
    const again = full ? -1 : await tryAppend(slice)
    if (again < 0) throw new HubError('feed.full')
    return again
  }

  async function tryAppend(slice: readonly NewEvent[]): Promise<number> {
    try {
      return await send(await session(), slice, memory)
    } catch (error) {
      if (!isOutOfMemory(error) || !(await makeRoom(await session(), memory))) throw error
      return send(await session(), slice, memory)
    }
  }
}

/** Writes as an append does, but no event; throws what an append would. */
export function createProbe(session: () => Promise<Session>, room: Room, memory: Memory) {
  const note = async () => (await session()).redis.hset(FEED_KEYS.meta, 'probe', '')
  return async (): Promise<void> => {
    const full = await (await session()).redis.hget(FEED_KEYS.meta, 'full')
    if (full === '1' && (await room.keep()).full) throw new HubError('feed.full')
    await note().catch(async (error: unknown) => {
      if (!isOutOfMemory(error) || !(await makeRoom(await session(), memory))) throw error
      await note()
    })
  }
}

async function send(session: Session, slice: readonly NewEvent[], memory: Memory): Promise<number> {
  const keys = [...Object.values(FEED_KEYS), ...seenKeys(memory.now())]
  const each = slice.flatMap(({ id, kind, data, facts, more }) => [id, kind, data, facts, more ?? ''])
  const args = [...lifeArgs(session, memory), ...each]
  const [accepted, last] = (await run(session.redis, appendScript, keys, args)) as [number, string?]
  memory.see(parseCursor(last ?? '0') ?? BEGINNING)
  return accepted
}
