// The table of mail providers, and what is looked up in it.
import { KINDS, type Kind } from '../event.ts'
import { writeFacts, type StoredFacts } from '../facts.ts'
import { asObject, own } from '../intake/payload.ts'
import { mandrill } from './mandrill/mandrill.ts'
import type { Provider } from './provider.ts'

export const PROVIDERS: readonly Provider[] = [mandrill]

/** What a word of the hub or a provider selects: a kind or a list; undefined for any other word. */
export function readEventWord(
  word: string,
  providers = PROVIDERS,
): { readonly kind: Kind } | { readonly list: string } | undefined {
  const kind =
    KINDS.find((known) => known === word) ??
    providers.map(({ words }) => own(words, word)).find((known) => known !== undefined)
  if (kind) return { kind }
  return providers.some(({ lists }) => lists.includes(word)) ? { list: word } : undefined
}

/** The words that select something, each once: the hub's own, then the providers'. */
export const EVENT_WORDS: readonly string[] = [
  ...new Set([...KINDS, ...PROVIDERS.flatMap(({ words, lists }) => [...Object.keys(words), ...lists])]),
]

/** The facts of an event from before facts were stored, when Mandrill was the only provider. */
export function factsOfOlder(kind: Kind, data: string): StoredFacts {
  return writeFacts(mandrill.name, mandrill.factsOf(parsed(data), kind))
}

type Kept = Pick<StoredFacts, 'facts'> & { readonly kind: Kind; readonly data: string | Buffer }

const WITH_ADDRESS: readonly Kind[] = [
  'opened',
  'clicked',
  'delivered',
  'deferred',
  'bounced',
  'soft_bounced',
]

/**
 * An event's facts as clients see them. Mandrill's facts from before IP addresses, locations and sizes were among them are read
 * from the payload again, if it has an address.
 */
export function factsToTell({ kind, facts, data }: Kept): string {
  if (!WITH_ADDRESS.includes(kind) || facts.includes('"ip":"') || !data.includes('ip":"')) return facts
  return facts.startsWith(`{"provider":"${mandrill.name}"`)
    ? factsOfOlder(kind, data.toString()).facts
    : facts
}

function parsed(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return {}
  }
}
