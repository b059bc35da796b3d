// What the simulator has sent and what was accepted, so that a test can compare it with what the hub holds.
import { createHash } from 'node:crypto'
import type { SimulatedEvent } from '../events/events.ts'

/** One text. Of equal texts a batch makes as many events as it holds of them, and sending it again makes none. */
type Entry = {
  readonly word: string
  /** How many events of this text were sent at least once: the most that one batch held. */
  sent: number
  /** How many of them are in a batch that was answered 200. The others are in doubt. */
  accepted: number
}

export type Books = {
  /** By textKey of the event's text. */
  readonly entries: ReadonlyMap<string, Entry>
  /** False once more texts were sent than the books hold: from then on only the numbers below are right. */
  readonly exact: boolean
  readonly posts: number
  readonly refused: Readonly<Record<string, number>>
  readonly repeats: number
  readonly overlaps: number
  /** What the hub's 200s said, added up. An answer that was lost on the way is missing here. */
  readonly hub: { readonly accepted: number; readonly duplicates: number; readonly quarantined: number }
}

type Totals = { sent: number; accepted: number; byWord: Record<string, number> }

export function textKey(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('base64')
}

/** Distinct events, counted the way the hub must count them. */
export function totalsOf(books: Books): Totals {
  const totals: Totals = { sent: 0, accepted: 0, byWord: {} }
  for (const { word, sent, accepted } of books.entries.values()) {
    totals.sent += sent
    totals.accepted += accepted
    totals.byWord[word] = (totals.byWord[word] ?? 0) + accepted
  }
  return totals
}

export type Ledger = {
  readonly books: Books
  posted(events: readonly SimulatedEvent[]): void
  /** `answer` is the body of the 200. */
  accepted(events: readonly SimulatedEvent[], answer: string): void
  /** A status other than 200, or the code of a connection's failure. */
  refused(reason: string): void
  repeated(): void
  overlapped(): void
}

export function openLedger(mostEntries: number): Ledger {
  const entries = new Map<string, Entry>()
  const hub = { accepted: 0, duplicates: 0, quarantined: 0 }
  const refused: Record<string, number> = {}
  const books = { entries, exact: true, posts: 0, refused, repeats: 0, overlaps: 0, hub }

  const raise = (events: readonly SimulatedEvent[], column: 'sent' | 'accepted') => {
    for (const [key, { word, count }] of countTexts(events)) {
      const entry = entries.get(key) ?? { word, sent: 0, accepted: 0 }
      entry[column] = Math.max(entry[column], count)
      if (entries.has(key) || entries.size < mostEntries) entries.set(key, entry)
      else books.exact = false
    }
  }
  return {
    books,
    posted(events) {
      books.posts += 1
      raise(events, 'sent')
    },
    accepted(events, answer) {
      raise(events, 'accepted')
      addAnswer(hub, answer)
    },
    refused(reason) {
      refused[reason] = (refused[reason] ?? 0) + 1
    },
    repeated: () => void (books.repeats += 1),
    overlapped: () => void (books.overlaps += 1),
  }
}

function countTexts(events: readonly SimulatedEvent[]): Map<string, { word: string; count: number }> {
  const counts = new Map<string, { word: string; count: number }>()
  for (const { text, word } of events) {
    const key = textKey(text)
    const count = (counts.get(key)?.count ?? 0) + 1
    counts.set(key, { word, count })
  }
  return counts
}

/** Another server than the hub may answer anything: then there is nothing to add. */
function addAnswer(hub: { accepted: number; duplicates: number; quarantined: number }, answer: string): void {
  for (const name of ['accepted', 'duplicates', 'quarantined'] as const) {
    hub[name] += Number(new RegExp(`"${name}":(\\d+)`).exec(answer)?.[1] ?? 0)
  }
}
