// Finds the events in the feed that name somebody. The names stored for each span save most of the reading.
import type { FeedEvent } from '../../../core/events/event.ts'
import { toEvent } from '../../../core/events/packed/pieces.ts'
import { cursorIn, eventsIn, seqIn, type Block } from './blocks.ts'
import { firstOf, lastOf, naming, spanOf, type Names } from './names.ts'

/** What a skipped span counts towards the limit: an append waits for the whole of one search call. */
const PASSING_EVENTS = 4

/** `blocksAfter`: the blocks with the events after a seq. */
export function createSearch(blocksAfter: (seq: number) => Iterable<Block>, names: Names) {
  function* eventsOf(span: number) {
    for (const block of blocksAfter(firstOf(span) - 1)) {
      if (block.first > lastOf(span)) return
      for (const event of eventsIn(block)) if (spanOf(seqIn(block, event)) === span) yield { block, event }
    }
  }

  /** Searches whole spans after `from` until it has looked at about `limit` events; `to` is where the next call continues. */
  return (from: number, head: number, limit: number, wanted: readonly string[]) => {
    const { hashes, isNamedIn } = naming(wanted)
    const found: FeedEvent[] = []
    let to = from
    for (let looked = 0; to < head && looked < limit;) {
      const span = spanOf(to + 1)
      const last = lastOf(span)
      looked += PASSING_EVENTS
      if (names.mayHold(span, hashes)) {
        const all = [...eventsOf(span)]
        if (last <= head) names.renew(span, all.map(({ event }) => event)) // prettier-ignore
        const later = all.filter(({ block, event }) => seqIn(block, event) > from && isNamedIn(event))
        found.push(...later.map(({ block, event }) => toEvent(cursorIn(block, event), event)))
        looked += all.length
      }
      to = Math.min(last, head)
    }
    return { events: found, to }
  }
}
