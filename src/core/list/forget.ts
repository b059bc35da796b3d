// Forgetting a person (GDPR): which stores are asked, in which order, and which of them twice.
//
// Events are in the feed, the archive and quarantine. Feed and archive are both searched, since either may hold what the other
// does not: the feed what ARCHIVE_DAYS has pruned, the archive what the feed has trimmed. Each step may be repeated.
import { HubError } from '../errors.ts'
import { emailKey } from '../addresses/address.ts'
import { gather } from '../gather.ts'
import { breath, createNap } from '../pause.ts'
import { BEGINNING, compareCursors, type Cursor } from '../events/cursor.ts'
import { eventFacts, type Kind } from '../events/event.ts'
import type { StoredFacts } from '../events/facts.ts'
import type { ArchivedEvent, EventArchive, EventFeed, EventQuery, Quarantine } from '../events/ports.ts'
import type { Tracking } from '../events/tracking/tracking.ts'
import type { SubscriberStore } from './ports.ts'

type Eraser = (email: string) => Promise<unknown>

/** Each may be called again for the same address. */
type ForgetDeps = {
  /** In feed, archive and quarantine. */
  readonly events: Eraser
  readonly deliveries: Eraser
  readonly outbox: Eraser
  readonly subscribers: Pick<SubscriberStore, 'erase'>
  readonly now: () => number
}

export type Forget = (email: string) => Promise<void>

export function createForget({ events, deliveries, outbox, subscribers, now }: ForgetDeps): Forget {
  async function mailsTo(email: string): Promise<void> {
    await deliveries(email)
    await outbox(email)
  }
  return async (email) => {
    await events(email)
    await mailsTo(email)
    // The person last: after a failure on the way they are still there, and the request can be repeated.
    await subscribers.erase(email, now())
    await mailsTo(email) // once more: a campaign that was being expanded may have added them
  }
}

type ErasureDeps = {
  readonly feed: Pick<EventFeed, 'last' | 'search' | 'erase'>
  readonly archive: Pick<EventArchive, 'find' | 'cursorsOf' | 'erase'>
  readonly quarantine: Pick<Quarantine, 'erase'>
  readonly tracking: Pick<Tracking, 'reached'>
}

const STEP_EVENTS = 4_000
const STEP_ERASED = 250
const STEP_FOUND = 200
const PATIENCE_MS = 5_000
/** How many persons are forgotten together. */
const AT_ONCE = 100
const GATHER_MS = 20

/**
 * Erases all events of a person that were received before the call. Throws archive.behind if tracking is too far behind.
 * Calls that come while others are under way wait, and are then served together by one reading of the feed.
 */
export function createErasure(deps: ErasureDeps): (email: string) => Promise<void> {
  return gather((emails: readonly string[]) => eraseAll(deps, emails), {
    most: AT_ONCE,
    pause: () => createNap().wait(GATHER_MS),
  }).ask
}

/** The archive is asked person by person; the feed is read once for all of them. */
async function eraseAll(
  { feed, archive, quarantine, tracking }: ErasureDeps,
  emails: readonly string[],
): Promise<undefined[]> {
  const head = await feed.last(0)
  if (!(await tracking.reached(head, PATIENCE_MS))) throw new HubError('archive.behind')
  const keys = new Set(emails.map(emailKey))
  const messageIds = new Set<string>()
  for (const key of keys) for (const id of await messagesTo(archive, key)) messageIds.add(id)
  const traces = { keys, messageIds }
  await eraseFromFeed(feed, traces, head)
  await eraseFromArchive(archive, traces)
  for (const email of emails) for (const spelling of spellings(email)) await quarantine.erase(spelling)
  return emails.map(() => undefined)
}

/** What is searched for: the persons' addresses (as emailKey), and the provider's ids of the mails that they got. */
type Traces = { readonly keys: ReadonlySet<string>; readonly messageIds: ReadonlySet<string> }

/** The ids of the mails to a person: an event may name nothing but its mail. */
async function messagesTo(archive: ErasureDeps['archive'], key: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const event of found(archive, { email: key })) {
    const { email, messageId } = eventFacts(event)
    if (email === key && messageId !== null) ids.add(messageId)
  }
  return ids
}

/** How an address may be written in a text that is no event: in JSON by PHP, and in a form. */
function spellings(email: string): ReadonlySet<string> {
  const escaped = (text: string) =>
    text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const plain = [emailKey(email), email.toLowerCase(), email.toUpperCase()]
  return new Set(plain.flatMap((text) => [text, escaped(text), encodeURIComponent(text)]))
}

/** Looks at everything that the feed keeps. */
async function eraseFromFeed(feed: ErasureDeps['feed'], traces: Traces, head: Cursor): Promise<void> {
  const names = [...traces.keys, ...traces.messageIds]
  for (let after = BEGINNING; compareCursors(after, head) < 0; await breath()) {
    const { events, next } = await feed.search(after, STEP_EVENTS, names)
    const cursors = events.filter((event) => isTheirs(event, traces)).map(({ cursor }) => cursor)
    if (cursors.length > 0) await feed.erase(cursors)
    if (compareCursors(next, after) <= 0) return
    after = next
  }
}

async function eraseFromArchive(archive: ErasureDeps['archive'], traces: Traces): Promise<void> {
  // An inbound mail from them is filed under the address that received it, so all inbound mails are looked at.
  const searches: Partial<EventQuery>[] = [...traces.messageIds].map((messageId) => ({ messageId }))
  for (const search of [...searches, { kinds: ['inbound'] as const }])
    for await (const event of found(archive, search))
      if (isTheirs(event, traces)) await archive.erase([event.cursor])
  for (const key of traces.keys)
    for (;;) {
      const cursors = await archive.cursorsOf(key, STEP_ERASED)
      if (cursors.length === 0) break
      await archive.erase(cursors)
    }
}

/** All that a search finds, page by page, newest first. */
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

function isTheirs(event: StoredFacts & { readonly kind: Kind }, { keys, messageIds }: Traces): boolean {
  const { email, messageId, sender } = eventFacts(event)
  if (keys.has(email ?? '') || (event.kind === 'inbound' && keys.has(emailKey(sender ?? '')))) return true
  return email === null && messageId !== null && messageIds.has(messageId)
}
