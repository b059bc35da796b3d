// A mail provider: how its events are read. Each has a folder and a line in providers.ts.
import type { Kind } from '../event.ts'
import type { ProviderFacts } from '../facts.ts'
import type { Payload } from '../intake/payload.ts'

export type Provider = {
  /** Stored with each of its events. */
  readonly name: string
  /** The provider's words for kinds, which `events=` accepts. */
  readonly words: Readonly<Record<string, Kind>>
  /** Its names of lists. As a filter each selects only its own events. */
  readonly lists: readonly string[]
  /** An event's kind; undefined if the payload is no event at all. */
  kindOf(payload: unknown): Kind | undefined
  /** Never throws, whatever the payload holds. Facts must be short, though an event may be as large as a webhook's body. */
  factsOf(payload: Payload, kind: Kind): ProviderFacts
}
