// Stores which names occur in each span of 256 events, as hashes, so that a search unpacks only the spans that may match.
import type { DatabaseSync } from 'node:sqlite'
import { hashBytes, hashOf } from '../../../core/events/name-hash.ts'
import { plainTextIn } from '../../../core/events/facts.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import type { PieceEvent } from '../../../core/events/packed/pieces.ts'

/** Few, because one match makes a search unpack the whole span. */
const SPAN_EVENTS = 256
/** Stands for a name that is not plain ASCII, or is escaped: it can be spelt in several ways, so every search looks at it. */
const ANYBODY = ''

type Growing = { readonly number: number; readonly hashes: Set<number> }
export type Names = ReturnType<typeof prepareNames>

export const spanOf = (seq: number): number => Math.floor((seq - 1) / SPAN_EVENTS)
export const firstOf = (span: number): number => span * SPAN_EVENTS + 1
export const lastOf = (span: number): number => firstOf(span + 1) - 1

/** How to find events that name one of these: as recipient or, if it has none, as message; or as sender of an inbound mail. */
export function naming(names: readonly string[]) {
  const wanted = new Set([...names, ANYBODY])
  return {
    hashes: new Set([...wanted].map(hashOf)),
    isNamedIn: (event: PieceEvent): boolean => namesIn(event).some((name) => wanted.has(name)),
  }
}

/**
 * The names of a span are stored together with its last event, in the same transaction. A span whose beginning was not seen by this
 * process, or from which something was erased, gets its names when a search has read it. No name stays that is no longer in it.
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
    /** Takes events in order of their seqs, from `first` on. If a seq comes again, its transaction was rolled back. */
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
    /** False if no name with one of these hashes is in a span. */
    mayHold(span: number, hashes: ReadonlySet<number>): boolean {
      const row = select.get(span) as { hashes: Uint8Array } | undefined
      if (!row) return true
      const noted = toBuffer(row.hashes)
      for (let at = 0; at < noted.length; at += 4) if (hashes.has(noted.readUInt32LE(at))) return true
      return false
    },
    /** Stores the names of a whole span, which a search has just read. */
    renew(number: number, events: readonly PieceEvent[]): void {
      note({ number, hashes: new Set(events.flatMap(namesIn).map(hashOf)) })
    },
    /** Drops the names of the span around a seq: an event was erased from it. */
    forget(seq: number): void {
      remove.run(spanOf(seq))
      if (growing?.number === spanOf(seq)) growing = undefined
    },
    forgetBefore: (seq: number): void => void removeBefore.run(spanOf(seq)),
  }
}

/** The recipient, or else the message; and the sender of an inbound mail. Addresses in lower case, as they are compared. */
function namesIn({ head: [, kind], texts: [, bytes] }: PieceEvent): string[] {
  const facts = bytes?.toString('latin1') ?? ''
  const names = [plainTextIn(facts, 'recipient')?.toLowerCase() ?? plainTextIn(facts, 'message_id')]
  if (kind === 'inbound') names.push(plainTextIn(facts, 'sender')?.toLowerCase())
  return names.filter((name) => name !== undefined)
}
