// Reads what a socket asks for: in the query of its address, and later in messages.
import { parseCursor } from '../../../core/events/cursor.ts'
import { badField, HubError, isHubError } from '../../../core/errors.ts'
import type { Filter } from '../../../core/events/filter.ts'
import type { Hub } from '../../../core/events/hub.ts'
import type { EventFeed } from '../../../core/events/ports.ts'
import { readFilter, type FilterWords } from '../filter-words.ts'
import { unknownParameter } from '../../server/queries.ts'
import type { Format } from '../../server/frames.ts'

const SHOWN = ['campaigns', 'setup'] as const
export type Shown = (typeof SHOWN)[number]

export type LiveQuery = FilterWords & { readonly [each in Shown]?: string } & {
  readonly after?: string
  readonly last?: string
  readonly format?: string
  readonly ticket?: string
}

const CONDITIONS: Readonly<Record<keyof FilterWords, true>> = {
  events: true,
  email: true,
  tag: true,
  campaign: true,
}
const PARAMETERS: Readonly<Record<keyof LiveQuery, true>> = {
  after: true,
  last: true,
  ...CONDITIONS,
  campaigns: true,
  setup: true,
  format: true,
  ticket: true,
}

/** How errors name the place of a condition in a message. */
const IN_MESSAGE = 'filter message'

const MAX_LAST = 1_000_000

type Places = { readonly feed: Pick<EventFeed, 'last'>; readonly hub: Pick<Hub, 'position'> }

/** `problems`: errors in parameters. The client is told of them, and the socket stays open. `after`: see startingPlace. */
export async function readQuery(places: Places, query: LiveQuery) {
  const problems: HubError[] = []
  const filter = tolerant(() => readWords(query), problems) ?? { kinds: [] }
  const after = await startingPlace(places, query, problems)
  const format = readFormat(query.format, problems)
  const shown = SHOWN.filter((name) => isShown(name, query[name], problems))
  return { filter, after, format, shown, problems }
}

/** Reads a message: the filter that replaces the previous one. Throws a HubError if it is not valid. */
export function readMessage(data: Buffer, binary: boolean): Filter {
  let message: unknown
  try {
    message = binary ? undefined : JSON.parse(data.toString())
  } catch {
    message = undefined
  }
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'filter')
    throw new HubError('request.invalid', { message: 'A message must be JSON text: {"type":"filter", …}' })
  const { type: _, ...words } = message
  refuseUnknown(words, CONDITIONS, IN_MESSAGE)
  return readFilter(words, IN_MESSAGE)
}

/** Refuses unknown parameters, because a misspelt condition must not select everything. */
function readWords(query: LiveQuery): Filter {
  refuseUnknown(query, PARAMETERS, 'query')
  return readFilter(query)
}

function refuseUnknown(given: object, known: object, where: string): void {
  const strange = Object.keys(given).find((name) => !Object.hasOwn(known, name))
  if (strange !== undefined) throw unknownParameter(strange, known, where)
}

/** The cursor that a socket starts after; undefined if `after` is not a cursor: starting elsewhere would skip events. */
async function startingPlace({ feed, hub }: Places, query: LiveQuery, problems: HubError[]) {
  const head = () => hub.position() ?? feed.last(0)
  if (query.after !== undefined) {
    if (query.last !== undefined) problems.push(badField('last', 'cannot be combined with after', 'query'))
    const after = typeof query.after === 'string' ? parseCursor(query.after) : undefined
    return after?.epoch === 0 ? feed.last(Infinity) : after
  }
  if (query.last === undefined) return head()
  const last = Number(query.last)
  if (/^\d{1,15}$/.test(query.last)) return feed.last(Math.min(last, MAX_LAST))
  problems.push(badField('last', 'must be a number of events', 'query'))
  return head()
}

function readFormat(format: string | undefined, problems: HubError[]): Format {
  if (format === 'raw') return 'raw'
  if (format !== undefined && format !== 'json')
    problems.push(badField('format', 'must be one of json, raw', 'query'))
  return 'json'
}

function isShown(name: Shown, asked: string | undefined, problems: HubError[]): boolean {
  if (asked !== undefined && !['0', '1'].includes(asked))
    problems.push(badField(name, 'must be one of 0, 1', 'query'))
  return asked === '1'
}

/** Adds an error to the problems, and returns undefined: an invalid filter selects nothing rather than too much. */
function tolerant<T>(read: () => T, problems: HubError[]): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push(error)
    return undefined
  }
}
