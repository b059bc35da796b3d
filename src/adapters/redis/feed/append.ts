// Appends a batch to the feed in Redis: one script for each slice of it.
import { gather } from '../../../core/gather.ts'
import { HubError } from '../../../core/errors.ts'
import type { FeedEvent, NewEvent } from '../../../core/events/event.ts'
import { BEGINNING, parseCursor, type Cursor } from '../../../core/events/cursor.ts'
import type { Session } from '../connection.ts'
import { isOutOfMemory, makeRoom, type Room } from './bounds.ts'
import { lifeArgs, type Memory } from './memory.ts'
import { notesOf } from './names.ts'
import type { Own } from './own.ts'
import { appendScript } from './scripts.ts'
import { run } from '../script.ts'
import { FEED_KEYS, seenKeys } from '../keys.ts'

/** Redis does nothing else while a script runs, and Lua's unpack fails near 8,000 values. */
const SLICE_EVENTS = 1_000

/** The places, from 1, of the events in a slice that were there before. */
type Known = readonly number[]

/** What comes while a script runs shares the next one: each has a price of its own, whatever it appends. */
export function createAppender(session: () => Promise<Session>, room: Room, memory: Memory, own: Own) {
  return gather(
    async (batches: readonly (readonly NewEvent[])[]) => {
      const known = await appendAll(batches.flat())
      room.keepNowAndThen()
      return batches.map(({ length }) => {
        const duplicates = known.splice(0, length).filter(Boolean).length
        return { accepted: length - duplicates, duplicates }
      })
    },
    { most: SLICE_EVENTS, sizeOf: ({ length }) => length },
  ).ask

  /**
   * Tells of each whether it was known. Only a batch that is alone has several slices: one after the other, for were one
   * lost, what follows it in the batch must not be there already.
   */
  async function appendAll(events: readonly NewEvent[]): Promise<boolean[]> {
    const known: boolean[] = []
    for (let start = 0; start < events.length; start += SLICE_EVENTS) {
      const slice = events.slice(start, start + SLICE_EVENTS)
      const places = new Set(await appendSlice(slice))
      known.push(...slice.map((_, n) => places.has(n + 1)))
    }
    return known
  }

  async function appendSlice(slice: readonly NewEvent[]): Promise<Known> {
    const known = await tryAppend(slice)
    if (known) return known
    // Full, says a note in Redis: perhaps no longer so.
    const { full } = await room.keep()
    const again = full ? undefined : await tryAppend(slice)
    if (!again) throw new HubError('feed.full')
    return again
  }

  async function tryAppend(slice: readonly NewEvent[]): Promise<Known | undefined> {
    try {
      return await send(await session(), slice, memory, own)
    } catch (error) {
      if (!isOutOfMemory(error) || !(await makeRoom(await session(), memory))) throw error
      return send(await session(), slice, memory, own)
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

/** undefined when the feed is full. */
async function send(
  session: Session,
  slice: readonly NewEvent[],
  memory: Memory,
  own: Own,
): Promise<Known | undefined> {
  const keys = [...Object.values(FEED_KEYS), ...seenKeys(memory.now())]
  const each = slice.flatMap(({ id, kind, data, facts, more }) => [id, kind, data, facts, more ?? ''])
  const life = lifeArgs(session, memory)
  const args = [...life, notesOf(slice), ...each]
  const answer = (await run(session.redis, appendScript, keys, args)) as [last: string, known: number[]] | []
  const [last, known = []] = answer
  if (last === undefined) return undefined
  const newest = parseCursor(last) ?? BEGINNING
  memory.see(newest)
  own.push(stored(slice, known, newest, Number(life[1])))
  return known
}

/** What a slice has become: all that was not known, one after the other, `newest` the last of them. */
function stored(
  slice: readonly NewEvent[],
  known: Known,
  { epoch, seq: last }: Cursor,
  receivedAt: number,
): FeedEvent[] {
  const places = new Set(known)
  const fresh = slice.filter((_, n) => !places.has(n + 1))
  const before = last - fresh.length
  return fresh.map((event, n) => ({ ...event, receivedAt, cursor: { epoch, seq: before + 1 + n } }))
}
