// What a mail provider is to the hub: how its events are read. One folder for each, one line in providers.ts.
import type { Kind } from '../event.ts'
import type { Told } from '../facts.ts'
import type { Payload } from '../intake/payload.ts'

export type Provider = {
  /** Kept with each of its events. */
  readonly name: string
  /** The provider's words for kinds: `events=` takes them. */
  readonly words: Readonly<Record<string, Kind>>
  /** Its words for lists whose entries it tells of: as a filter each selects only its own events. */
  readonly lists: readonly string[]
  /** An event's kind; undefined when it cannot be read as an event at all. */
  kindOf(payload: unknown): Kind | undefined
  /** Never throws, whatever the payload holds. What is told is short: an event may be as large as a webhook's body. */
  factsOf(payload: Payload, kind: Kind): Told
}
