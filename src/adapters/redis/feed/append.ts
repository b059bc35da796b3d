// Appends batches to the feed in Redis: one call of a script for each slice.
import { gather } from '../../../core/gather.ts'
import { HubError } from '../../../core/errors.ts'
import type { NewEvent } from '../../../core/events/event.ts'
import { BEGINNING, parseCursor, type Cursor } from '../../../core/events/cursor.ts'
import {
  countIn,
  grouped,
  packEvents,
  toPiece,
  unpackEvents,
  type Piece,
} from '../../../core/events/packed/pieces.ts'
import type { StoredPiece, Tail } from '../../../core/events/packed/tail.ts'
import type { Session } from '../connection.ts'
import { isOutOfMemory, makeRoom, type Room } from './bounds.ts'
import { lifeArgs, type Memory } from './memory.ts'
import { NOTE_BYTES, notesOf } from './names.ts'
import { appendScript } from './scripts.ts'
import { run } from '../script.ts'
import { FEED_KEYS, seenKeys } from '../keys.ts'

/** Events in one call: Redis does nothing else while a script runs, and Lua's unpack fails near 8,000 values. */
const SLICE_EVENTS = 1_000

/** With a note for each of its events: who is named in it, see names.ts. */
type NotedPiece = Piece & { readonly notes: Buffer }

type Keep = Tail['push']

/** The places, counted from 1, of the duplicates in a slice. */
type Known = readonly number[]

/** Batches that come while a script runs share the next one, because each call costs something, however little it appends. */
export function createAppender(session: () => Promise<Session>, room: Room, memory: Memory, keep: Keep) {
  const commits = gather(
    async (batches: readonly (readonly NotedPiece[])[]) => {
      const known = await appendAll(batches.flat())
      room.keepNowAndThen()
      return batches.map((batch) => {
        const events = known.splice(0, countIn(batch))
        const duplicates = events.filter(Boolean).length
        return { accepted: events.length - duplicates, duplicates }
      })
    },
    { most: SLICE_EVENTS, sizeOf: countIn },
  )
  return (events: readonly NewEvent[]) => commits.ask(noted(events, memory.now()))

  /**
   * Tells for each event whether it was known. Only a batch that comes alone has several slices. They are sent one after the other:
   * if one is lost, those after it must not have been stored already.
   */
  async function appendAll(pieces: readonly NotedPiece[]): Promise<boolean[]> {
    const known: boolean[] = []
    for (const slice of grouped(pieces, SLICE_EVENTS)) {
      const places = new Set(await appendSlice(slice))
      known.push(...range(1, countIn(slice)).map((place) => places.has(place)))
    }
    return known
  }

  async function appendSlice(slice: readonly NotedPiece[]): Promise<Known> {
    const known = await tryAppend(slice)
    if (known) return known
    // Redis has a note that the feed is full, which may be out of date.
    const { full } = await room.keep()
    const again = full ? undefined : await tryAppend(slice)
    if (!again) throw new HubError('feed.full')
    return again
  }

  async function tryAppend(slice: readonly NotedPiece[]): Promise<Known | undefined> {
    try {
      return await send(await session(), slice, memory, keep)
    } catch (error) {
      if (!isOutOfMemory(error) || !(await makeRoom(await session(), memory))) throw error
      return send(await session(), slice, memory, keep)
    }
  }
}

/** Writes to Redis like an append, but no event; throws what an append would throw. */
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

function noted(events: readonly NewEvent[], at: number): NotedPiece[] {
  const notes = notesOf(events)
  let from = 0
  return packEvents(events, at).map((piece) => ({
    ...piece,
    notes: notes.subarray(from, (from += piece.count * NOTE_BYTES)),
  }))
}

/** Runs the script. Returns undefined if the feed is full. */
async function send(
  session: Session,
  pieces: readonly NotedPiece[],
  memory: Memory,
  keep: Keep,
): Promise<Known | undefined> {
  const keys = [...Object.values(FEED_KEYS), ...seenKeys(memory.now())]
  const notes = Buffer.concat(pieces.map((piece) => piece.notes))
  const args = [...lifeArgs(session, memory), notes, ...pieces.map(({ bytes }) => bytes)]
  const answer = (await run(session.redis, appendScript, keys, args)) as [last: string, known: number[]] | []
  const [last, known = []] = answer
  if (last === undefined) return undefined
  const newest = parseCursor(last) ?? BEGINNING
  memory.see(newest)
  keep(stored(pieces, known, newest))
  return known
}

/** The pieces without the known events, with their new seqs: consecutive ones, of which the last is that of `newest`. */
function stored(pieces: readonly Piece[], known: Known, { epoch, seq: last }: Cursor): StoredPiece[] {
  const places = new Set(known)
  let place = 0
  let seq = last - (countIn(pieces) - places.size)
  return pieces.flatMap((piece): StoredPiece[] => {
    const isNew = range(1, piece.count).map(() => !places.has((place += 1)))
    const isAll = !isNew.includes(false)
    const { count, bytes } = isAll ? piece : toPiece(unpackEvents(piece.bytes).filter((_, n) => isNew[n]))
    if (count === 0) return []
    const first = seq + 1
    seq += count
    return [{ bytes, epoch, seqs: range(first, seq), stored: { first, count, data: bytes } }]
  })
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)
