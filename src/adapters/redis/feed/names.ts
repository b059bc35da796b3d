// Stores who is named in each event of the stream, as a hash of four bytes (a note), so that a search reads only events that may match.
import type { Redis } from 'ioredis'
import type { NewEvent } from '../../../core/events/event.ts'
import { plainTextIn } from '../../../core/events/facts.ts'
import { hashBytes, hashOf } from '../../../core/events/name-hash.ts'
import { namesKey } from '../keys.ts'

/** Events whose notes share a key: just below what Redis allocates for 64 KiB. */
export const NOTES_A_KEY = 16_000
export const NOTE_BYTES = 4

/**
 * Every search has to look at this event: it may name two, or a name that can be spelt in several ways, or it was stored before
 * there were notes. 0, because Redis fills what was never written with zeroes.
 */
export const LOOK = 0
/** Nobody is named, or the event was erased. */
const NOBODY = 1

export const noteOf = (name: string): number => Math.max(hashOf(name), NOBODY + 1)

/** The notes of new events, one after the other, as the script writes them. */
export const notesOf = (events: readonly NewEvent[]): Buffer => hashBytes(events.map(noteOn))

/** The note of the recipient (in lower case, as addresses are compared) or, if there is none, of the message. */
function noteOn({ kind, facts }: NewEvent): number {
  if (kind === 'inbound') return LOOK // names its sender as well
  const name = plainTextIn(facts, 'recipient')?.toLowerCase() ?? plainTextIn(facts, 'message_id')
  return name === undefined ? NOBODY : name === '' ? LOOK : noteOf(name)
}

const keyNumberOf = (seq: number): number => Math.floor(seq / NOTES_A_KEY)

/** The notes in the key that has this seq; `last` is the last seq of that key. Missing notes are LOOK. */
export async function readNotes(redis: Redis, seq: number) {
  const number = keyNumberOf(seq)
  const notes = await redis.getBuffer(namesKey(number))
  const first = number * NOTES_A_KEY
  return {
    last: first + NOTES_A_KEY - 1,
    at(place: number): number {
      const from = (place - first) * NOTE_BYTES
      return notes && from + NOTE_BYTES <= notes.length ? notes.readUInt32LE(from) : LOOK
    },
  }
}

/** Called before events up to `seq` are trimmed: drops the keys that end before it. An event left without a note is just LOOK. */
export async function forgetNotes(redis: Redis, floor: number, seq: number): Promise<void> {
  for (let number = keyNumberOf(floor); number < keyNumberOf(seq); number++)
    await redis.unlink(namesKey(number))
}

// Lua: writes notes from a seq on. A key gets its full length at once, because a string that grows takes twice the memory.
export const NOTE = `
local function note(seq, notes)
  local at = 0
  while at < #notes do
    local place = seq + at / ${NOTE_BYTES}
    local within = place % ${NOTES_A_KEY}
    local key = '${namesKey('')}' .. string.format('%.0f', (place - within) / ${NOTES_A_KEY})
    local some = string.sub(notes, at + 1, at + (${NOTES_A_KEY} - within) * ${NOTE_BYTES})
    if within == 0 then redis.call('SETRANGE', key, ${(NOTES_A_KEY - 1) * NOTE_BYTES}, '\\0\\0\\0\\0') end
    redis.call('SETRANGE', key, within * ${NOTE_BYTES}, some)
    at = at + #some
  end
end
`
export const NOBODY_NOTED = `'\\1\\0\\0\\0'`
