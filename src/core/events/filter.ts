// Which events a client wants: the same filter for sockets and for the archive's readers.
import { eventFacts, type FeedEvent, type Kind } from './event.ts'
import type { StoredFacts } from './facts.ts'

/** Empty = everything. Several conditions must all hold. */
export type Filter = {
  readonly kinds?: readonly Kind[] | undefined
  /** Providers' words for their lists: with `kinds`, their events too. */
  readonly lists?: readonly string[] | undefined
  /** As addresses are compared: see emailKey. */
  readonly email?: string | undefined
  readonly tag?: string | undefined
  readonly campaignId?: string | undefined
}

/** Equal for filters that select the same: what a selection is shared by. */
export function filterKey(filter: Filter): string {
  const { kinds, lists, email, tag, campaignId } = filter
  return JSON.stringify([
    kinds && [...new Set(kinds)].sort(),
    lists && [...new Set(lists)].sort(),
    email,
    tag,
    campaignId,
  ])
}

export function matches(event: FeedEvent, filter: Filter): boolean {
  if (!isWanted(event, filter)) return false
  if (filter.email === undefined && filter.tag === undefined && filter.campaignId === undefined) return true
  const facts = eventFacts(event)
  return (
    (filter.email === undefined || facts.email === filter.email) &&
    (filter.tag === undefined || facts.tags.includes(filter.tag)) &&
    (filter.campaignId === undefined || facts.campaignId === filter.campaignId)
  )
}

/** The kinds that an event of a list can have; unknown where its action is. */
export const LIST_KINDS: readonly Kind[] = ['suppressed', 'unsuppressed', 'unknown']

/** By kind, and where that is not enough by its list. */
export function isWanted(
  event: StoredFacts & { readonly kind: Kind },
  { kinds, lists }: Pick<Filter, 'kinds' | 'lists'>,
): boolean {
  if (!kinds || kinds.includes(event.kind)) return true
  return (
    lists !== undefined && LIST_KINDS.includes(event.kind) && lists.includes(eventFacts(event).list ?? '')
  )
}

const selections = new WeakMap<readonly FeedEvent[], Map<string, readonly FeedEvent[]>>()

/**
 * The events of a page that a filter lets through. Asked again with an equal filter it gives the very same array,
 * so that whatever is made of a selection (frames, for one) can be made once and shared.
 */
export function select(
  events: readonly FeedEvent[],
  filter: Filter,
  key = filterKey(filter),
): readonly FeedEvent[] {
  let byKey = selections.get(events)
  if (!byKey) selections.set(events, (byKey = new Map()))
  let selection = byKey.get(key)
  if (!selection) {
    const chosen = events.filter((event) => matches(event, filter))
    byKey.set(key, (selection = chosen.length === events.length ? events : chosen))
  }
  return selection
}
