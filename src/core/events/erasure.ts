// Forgetting a person's events: in the feed, in the archive, and what lies in quarantine.
//
// Either store may hold what the other does not: the feed keeps what ARCHIVE_DAYS has pruned and what came twice, the
// archive what the feed has let go of. So both are gone through. Each step may be repeated.
import { HubError } from '../errors.ts'
import { emailKey } from '../list/subscriber.ts'
import { breath } from '../pause.ts'
import { BEGINNING, compareCursors, type Cursor } from './cursor.ts'
import { readFacts, type Kind } from './event.ts'
import { asObject, type Payload } from './payload.ts'
import type { ArchivedEvent, EventArchive, EventFeed, EventQuery, Quarantine } from './ports.ts'
import type { Tracking } from './tracking.ts'

export type ErasureDeps = {
  readonly feed: Pick<EventFeed, 'last' | 'read' | 'erase'>
  readonly archive: Pick<EventArchive, 'find' | 'placesOf' | 'erase'>
  readonly quarantine: Pick<Quarantine, 'erase'>
  readonly tracking: Pick<Tracking, 'reached'>
}

const STEP_EVENTS = 1_000
const STEP_ERASED = 250
const STEP_FOUND = 20
const PATIENCE_MS = 5_000

/** Everything that was received before it was asked. Throws archive.behind when that cannot be had in time. */
export function createErasure({ feed, archive, quarantine, tracking }: ErasureDeps) {
  return async (email: string): Promise<void> => {
    const head = await feed.last(0)
    if (!(await tracking.reached(head, PATIENCE_MS))) throw new HubError('archive.behind')
    const key = emailKey(email)
    const theirs = { key, messageIds: await messagesTo(archive, key) }
    await eraseFromFeed(feed, theirs, head)
    await eraseFromArchive(archive, theirs)
    for (const spelling of spellings(email)) await quarantine.erase(spelling)
  }
}

/** What of a person's is looked for: their address, and Mandrill's ids of the mails that they got. */
type Theirs = { readonly key: string; readonly messageIds: ReadonlySet<string> }

/** An event may name its mail only. */
async function messagesTo(archive: ErasureDeps['archive'], key: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const { data } of found(archive, { email: key })) {
    const { email, messageId } = readFacts(asObject(JSON.parse(data)))
    if (email === key && messageId !== null) ids.add(messageId)
  }
  return ids
}

/** As an address may stand in a text that is no event: in JSON that PHP has written, and in a form. */
function spellings(email: string): ReadonlySet<string> {
  const escaped = (text: string) =>
    text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const plain = [emailKey(email), email.toLowerCase(), email.toUpperCase()]
  return new Set(plain.flatMap((text) => [text, escaped(text), encodeURIComponent(text)]))
}

/** Reads all that is kept: a million events take some seconds. */
async function eraseFromFeed(feed: ErasureDeps['feed'], theirs: Theirs, head: Cursor): Promise<void> {
  for (let after = BEGINNING; compareCursors(after, head) < 0; await breath()) {
    const { events, next } = await feed.read(after, STEP_EVENTS)
    const places = events.filter(({ kind, data }) => isTheirs(kind, data, theirs)).map(({ cursor }) => cursor)
    if (places.length > 0) await feed.erase(places)
    if (compareCursors(next, after) <= 0) return
    after = next
  }
}

async function eraseFromArchive(archive: ErasureDeps['archive'], theirs: Theirs): Promise<void> {
  // What they have sent in is filed under the address that received it: all of these are looked at.
  const searches: Partial<EventQuery>[] = [...theirs.messageIds].map((messageId) => ({ messageId }))
  for (const search of [...searches, { kinds: ['inbound'] as const }])
    for await (const { kind, data, cursor } of found(archive, search))
      if (isTheirs(kind, data, theirs)) await archive.erase([cursor])
  for (;;) {
    const places = await archive.placesOf(theirs.key, STEP_ERASED)
    if (places.length === 0) break
    await archive.erase(places)
  }
}

/** Newest first, and few at a time: a mail that was sent in may hold whole files. */
async function* found(
  archive: ErasureDeps['archive'],
  search: Partial<EventQuery>,
): AsyncGenerator<ArchivedEvent> {
  for (let before: Cursor | undefined; ;) {
    const page = await archive.find({ ...search, limit: STEP_FOUND, before })
    yield* page
    before = page.at(-1)?.cursor
    if (!before) return
    await breath()
  }
}

function isTheirs(kind: Kind, data: Buffer | string, { key, messageIds }: Theirs): boolean {
  const { email, messageId, payload } = readFacts(asObject(JSON.parse(data.toString())))
  if (email === key || (kind === 'inbound' && senderOf(payload) === key)) return true
  return email === null && messageId !== null && messageIds.has(messageId)
}

function senderOf({ msg }: Payload): string | undefined {
  const { from_email: sender } = asObject(msg)
  return typeof sender === 'string' ? emailKey(sender) : undefined
}
