// Who is named in the feed's events, as hashes by spans of its places: a search unpacks only the spans that may hold somebody.
import type { DatabaseSync } from 'node:sqlite'
import { hashBytes, hashOf } from '../../../core/name-hash.ts'
import { plainTextIn } from '../../../core/events/facts.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import type { PieceEvent } from '../../../core/events/pieces.ts'

/** Few: all of a span is unpacked for one event. */
const SPAN_EVENTS = 256
/** Stands for a name that is not plain ASCII, or escaped: it may be spelt in several ways, and whoever asks compares them. */
const ANYBODY = ''

type Growing = { readonly number: number; readonly hashes: Set<number> }
export type Names = ReturnType<typeof prepareNames>

export const spanOf = (seq: number): number => Math.floor((seq - 1) / SPAN_EVENTS)
export const firstOf = (span: number): number => span * SPAN_EVENTS + 1
export const lastOf = (span: number): number => firstOf(span + 1) - 1

/** Whether an event names one of these: as recipient or, without one, as message; or as who has sent it in. */
export function naming(names: readonly string[]) {
  const wanted = new Set([...names, ANYBODY])
  return {
    hashes: new Set([...wanted].map(hashOf)),
    isNamedIn: (event: PieceEvent): boolean => namesIn(event).some((name) => wanted.has(name)),
  }
}

/**
 * A span is noted when its last event is stored, in the same transaction; one that is not known from its first event on,
 * or that something was erased from, when a search has looked through it. Nothing is noted of who is no longer in it.
 */
export function prepareNames(db: DatabaseSync) {
  db.exec('CREATE TABLE IF NOT EXISTS names (span INTEGER PRIMARY KEY, hashes BLOB NOT NULL)')
  const select = db.prepare('SELECT hashes FROM names WHERE span = ?')
  const insert = db.prepare('INSERT OR REPLACE INTO names VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM names WHERE span = ?')
  const removeBefore = db.prepare('DELETE FROM names WHERE span < ?')
  let growing: Growing | undefined
  let expected = 0

  const note = ({ number, hashes }: Growing) => insert.run(number, hashBytes(hashes))

  return {
    /** In the order of their places. A place that comes twice was rolled back. */
    add(first: number, events: readonly PieceEvent[]): void {
      for (const [n, event] of events.entries()) {
        const seq = first + n
        if (seq !== expected) growing = undefined
        if (seq === firstOf(spanOf(seq))) growing = { number: spanOf(seq), hashes: new Set() }
        if (growing) for (const name of namesIn(event)) growing.hashes.add(hashOf(name))
        if (growing && seq === lastOf(growing.number)) note(growing)
        expected = seq + 1
      }
    },
    /** Whether one of those with these hashes may be in a span. */
    mayHold(span: number, hashes: ReadonlySet<number>): boolean {
      const row = select.get(span) as { hashes: Uint8Array } | undefined
      if (!row) return true
      const noted = toBuffer(row.hashes)
      for (let at = 0; at < noted.length; at += 4) if (hashes.has(noted.readUInt32LE(at))) return true
      return false
    },
    /** What a search has found in a whole span. */
    renew(number: number, events: readonly PieceEvent[]): void {
      note({ number, hashes: new Set(events.flatMap(namesIn).map(hashOf)) })
    },
    /** Somebody has been taken out of the span that has this place. */
    forget(seq: number): void {
      remove.run(spanOf(seq))
      if (growing?.number === spanOf(seq)) growing = undefined
    },
    forgetBefore: (seq: number): void => void removeBefore.run(spanOf(seq)),
  }
}

/** Recipient, or else message; and who has sent it in. Addresses in lower case, as they are compared. */
function namesIn({ head: [, kind], texts: [, bytes] }: PieceEvent): string[] {
  const facts = bytes?.toString('latin1') ?? ''
  const names = [plainTextIn(facts, 'recipient')?.toLowerCase() ?? plainTextIn(facts, 'message_id')]
  if (kind === 'inbound') names.push(plainTextIn(facts, 'sender')?.toLowerCase())
  return names.filter((name) => name !== undefined)
}
