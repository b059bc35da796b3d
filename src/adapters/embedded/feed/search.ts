// Looks through the feed's blocks for the events that name somebody, without reading all that their facts tell.
import type { FeedEvent } from '../../../core/events/event.ts'
import { eventsIn, seqIn, toEvent, type Block } from './blocks.ts'

/** A text among the facts, as writeFacts writes them; null: there is none. */
function namedIn(facts: string, name: string): string | null {
  const start = facts.indexOf(`"${name}":"`) + name.length + 4
  if (start < name.length + 4) return null
  const end = facts.indexOf('"', start)
  const isPlain = !facts.slice(start, end).includes('\\')
  return isPlain ? facts.slice(start, end) : String((JSON.parse(facts) as Record<string, unknown>)[name])
}

/** Addresses that are not plain ASCII may be spelt in several ways: whoever asks compares them. */
export function search(
  blocks: Iterable<Block>,
  from: number,
  to: number,
  names: ReadonlySet<string>,
): FeedEvent[] {
  const isNamed = (address: string | null) =>
    address !== null && (names.has(address.toLowerCase()) || /[^ -~]/.test(address))
  const found: FeedEvent[] = []
  for (const block of blocks) {
    if (block.first > to) break
    for (const each of eventsIn(block)) {
      const seq = seqIn(block, each)
      if (seq <= from || seq > to) continue
      const facts = String(each.texts[1])
      const recipient = namedIn(facts, 'recipient')
      const isWanted =
        isNamed(recipient) ||
        (recipient === null && names.has(namedIn(facts, 'message_id') ?? '')) ||
        (each.head[1] === 'inbound' && isNamed(namedIn(facts, 'sender')))
      if (isWanted) found.push(toEvent(block, each))
    }
  }
  return found
}
