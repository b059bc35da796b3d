// Events on their way out of the feed. They stay packed, a few large pieces that the garbage collector need not look into and
// that cost little between threads, and become events only for whoever looks at them.
import type { FeedEvent, PackedEvents } from '../../../core/events/event.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { toEvent, unpackEvents } from './blocks.ts'

/** Packed events, the seq of each of them, 0 for a duplicate, and what the feed has stored of them. */
export type Held = {
  readonly bytes: Uint8Array
  readonly epoch: number
  readonly seqs: readonly number[]
  readonly stored: PackedEvents
}

/** The page that has what is held of (from, next]. Held until somebody looks: by then, newer ones may have taken its place. */
export function pageOf(
  held: readonly Held[],
  from: number,
  { gap, next, head }: Omit<FeedPage, 'events'>,
): FeedPage {
  let events: readonly FeedEvent[] | undefined
  return {
    get events() {
      return (events ??= [...eventsIn(held, from, next.seq)])
    },
    gap,
    next,
    head,
  }
}

function* eventsIn(held: readonly Held[], from: number, to: number): Generator<FeedEvent> {
  for (const { bytes, epoch, seqs, stored } of held)
    for (const [n, event] of unpackEvents(toBuffer(bytes)).entries()) {
      const seq = seqs[n] ?? 0
      if (seq > from && seq <= to) yield toEvent({ epoch, seq }, event, stored)
    }
}
