// Reads a filter as clients write it, in a query or in a socket's message: words for events, an address, a tag, a campaign.
import { badField, fieldMessage, HubError } from '../../core/errors.ts'
import type { Filter } from '../../core/events/filter.ts'
import { EVENT_WORDS, readEventWord } from '../../core/events/providers/providers.ts'
import { emailKey } from '../../core/addresses/address.ts'

const KNOWN = EVENT_WORDS.join(', ')

export type FilterWords = {
  readonly events?: string | readonly string[] | null | undefined
  readonly email?: string | null | undefined
  readonly tag?: string | null | undefined
  readonly campaign?: string | null | undefined
}

/** Empty and null fields are ignored. Throws request.unknown_event or request.invalid; `where`: query or message. */
export function readFilter({ events, email, tag, campaign }: FilterWords, where = 'query'): Filter {
  const readText = (field: string, value: unknown): string | undefined => {
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string' && value.length <= 1000) return value
    throw badField(field, 'must be a text of at most 1,000 characters', where)
  }
  const address = readText('email', email)
  return {
    ...readEvents(events, where),
    email: address === undefined ? undefined : emailKey(address.trim()),
    tag: readText('tag', tag),
    campaignId: readText('campaign', campaign),
  }
}

function readEvents(events: FilterWords['events'], where: string): Pick<Filter, 'kinds' | 'lists'> {
  const texts: readonly unknown[] = Array.isArray(events) ? events : [events ?? '']
  if (!texts.every((text) => typeof text === 'string'))
    throw badField('events', 'must be a list of words', where)
  const words = texts
    .flatMap((text) => text.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.length === 0) return {}
  const read = [...new Set(words)].map((word) => readWord(word, where))
  const kinds = new Set(read.flatMap((word) => ('kind' in word ? [word.kind] : [])))
  const lists = read.flatMap((word) => ('list' in word ? [word.list] : []))
  return { kinds: [...kinds], ...(lists.length > 0 && { lists }) }
}

function readWord(word: string, where: string) {
  const read = readEventWord(word)
  if (read) return read
  const shown = word.slice(0, 50)
  throw new HubError('request.unknown_event', {
    message: fieldMessage(where, 'events', `"${shown}" is not a kind of event; known are: ${KNOWN}`),
    details: { field: 'events', word: shown },
  })
}
