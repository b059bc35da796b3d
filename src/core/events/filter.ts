// Which events a client wants: the same filter for sockets and for the archive's readers.
import { eventFacts, type FeedEvent, type Kind } from './event.ts'
import type { StoredFacts } from './facts.ts'

/** All given conditions must hold; an empty filter selects everything. */
export type Filter = {
  readonly kinds?: readonly Kind[] | undefined
  /** Providers' names of lists, whose events are selected besides `kinds`. */
  readonly lists?: readonly string[] | undefined
  /** An emailKey. */
  readonly email?: string | undefined
  readonly tag?: string | undefined
  readonly campaignId?: string | undefined
}

/** Equal for filters that select the same. */
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

/** The kinds of events of a list; unknown if the action is unknown. */
export const LIST_KINDS: readonly Kind[] = ['suppressed', 'unsuppressed', 'unknown']

/** Whether an event is selected by its kind, or by its list. */
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
 * The events of a page that match a filter. For equal filters it returns the very same array, so that whatever is made from it,
 * such as frames, can be made once and shared.
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
