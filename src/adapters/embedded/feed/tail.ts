// The newest events in memory: followers at the head are given them without asking the disk.
import type { Cursor } from '../../../core/events/cursor.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { pageOf, type Held } from './held.ts'

const MOST_EVENTS = 4_000
/** About a page: so every page that is answered from here is one that may be given. */
const MOST_BYTES = 4 * 1024 * 1024

/** `head` is where the feed ends when it is opened: what comes after it will be here. */
export function createTail(head: Cursor) {
  const { epoch } = head
  const blocks: Held[] = []
  let bytes = 0
  /** The seq before the first event that is here, and that of the newest one. */
  let [floor, end] = [head.seq, head.seq]

  function dropFirst(isGone: (block: Held) => boolean): void {
    let gone = 0
    for (const block of blocks) {
      if (!isGone(block)) break
      bytes -= block.bytes.length
      floor = Math.max(floor, lastOf(block))
      gone++
    }
    blocks.splice(0, gone)
  }

  return {
    push(newer: readonly Held[]): void {
      blocks.push(...newer)
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
      const theirs = blocks.filter((block) => lastOf(block) > from && block.stored.first <= to)
      return pageOf(theirs, from, { gap: undefined, next: { epoch, seq: to }, head: { epoch, seq: end } })
    },
    /** Lets go of what the feed has let go of. */
    trim(seq: number): void {
      dropFirst((block) => lastOf(block) <= seq)
      floor = Math.max(floor, Math.min(seq, end))
    },
  }
}

const lastOf = ({ stored: { first, count } }: Held): number => first + count - 1
