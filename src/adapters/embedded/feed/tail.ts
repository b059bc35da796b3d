// The newest events in memory: followers at the head are given them without asking the disk. They stay packed, a few large
// pieces that the garbage collector need not look into, and become events only for whoever looks at them.
import type { Cursor } from '../../../core/events/cursor.ts'
import type { FeedEvent, PackedEvents } from '../../../core/events/event.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { unpackEvents, toEvent } from './blocks.ts'

const MOST_EVENTS = 4_000
/** About a page: so every page that is answered from here is one that may be given. */
const MOST_BYTES = 4 * 1024 * 1024

/** What packEvents has packed, the seq of each of these events, 0 for a duplicate, and what was stored of them. */
export type Held = {
  readonly bytes: Buffer
  readonly seqs: readonly number[]
  readonly stored: PackedEvents
}

/** `head` is where the feed ends when it is opened: what comes after it will be here. */
export function createTail(head: Cursor) {
  const { epoch } = head
  let blocks: readonly Held[] = []
  let bytes = 0
  /** The seq before the first event that is here, and that of the newest one. */
  let [floor, end] = [head.seq, head.seq]

  function dropFirst(isGone: (block: Held) => boolean): void {
    const kept = blocks.findIndex((block) => {
      if (!isGone(block)) return true
      bytes -= block.bytes.length
      floor = Math.max(floor, lastOf(block))
      return false
    })
    blocks = kept < 0 ? [] : blocks.slice(kept)
  }

  return {
    push(newer: readonly Held[]): void {
      blocks = blocks.concat(newer)
      for (const block of newer) {
        bytes += block.bytes.length
        end = lastOf(block)
      }
      dropFirst((block) => bytes > MOST_BYTES || end - block.stored.first >= MOST_EVENTS)
    },
    /** The events after a cursor; undefined when they are not all here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const from = cursor.seq
      if (cursor.epoch !== epoch || from < floor || from > end) return undefined
      const to = Math.min(from + limit, end)
      // Held until somebody looks: by then, newer ones may have pushed them out of here.
      const theirs = blocks.filter((block) => lastOf(block) > from && block.stored.first <= to)
      let events: readonly FeedEvent[] | undefined
      return {
        get events() {
          return (events ??= [...eventsIn(theirs, epoch, from, to)])
        },
        gap: undefined,
        next: { epoch, seq: to },
        head: { epoch, seq: end },
      }
    },
    /** Lets go of what the feed has let go of. */
    trim(seq: number): void {
      dropFirst((block) => lastOf(block) <= seq)
      floor = Math.max(floor, Math.min(seq, end))
    },
  }
}

function* eventsIn(blocks: readonly Held[], epoch: number, from: number, to: number): Generator<FeedEvent> {
  for (const { bytes, seqs, stored } of blocks)
    for (const [n, event] of unpackEvents(bytes).entries()) {
      const seq = seqs[n] ?? 0
      if (seq > from && seq <= to) yield toEvent({ epoch, seq }, event, stored)
    }
}

const lastOf = ({ stored: { first, count } }: Held): number => first + count - 1
