// Forgetting a person (GDPR): which stores are asked, in which order, and which of them twice.
//
// Events are in the feed, in the archive, and in quarantine. Either of the first two may hold what the other does not: the feed
// keeps what ARCHIVE_DAYS has pruned and what came twice, the archive what the feed has let go of. So both are gone through.
// Each step may be repeated.
import { HubError } from '../errors.ts'
import { emailKey } from '../address.ts'
import { gather } from '../gather.ts'
import { breath, createNap } from '../pause.ts'
import { BEGINNING, compareCursors, type Cursor } from '../events/cursor.ts'
import { eventFacts, type Kind } from '../events/event.ts'
import type { StoredFacts } from '../events/facts.ts'
import type { ArchivedEvent, EventArchive, EventFeed, EventQuery, Quarantine } from '../events/ports.ts'
import type { Tracking } from '../events/tracking/tracking.ts'
import type { SubscriberStore } from './ports.ts'

type Eraser = (email: string) => Promise<unknown>

/** Each may be asked again for the same address. */
type ForgetDeps = {
  /** What came in: feed, archive, quarantine. */
  readonly events: Eraser
  /** What went out, and is to go out. */
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
    // The person after all else: whoever is told of a failure on the way finds them still there, and asks again.
    await subscribers.erase(email, now())
    await mailsTo(email) // a campaign that was being expanded has written them down once more
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
/** Persons that are forgotten together. */
const AT_ONCE = 100
const GATHER_MS = 20

/**
 * Everything that was received before it was asked. Throws archive.behind when that cannot be had in time. Who asks while
 * others are being forgotten waits for their end; all who wait are then forgotten in one reading of the feed.
 */
export function createErasure(deps: ErasureDeps): (email: string) => Promise<void> {
  return gather((emails: readonly string[]) => eraseAll(deps, emails), {
    most: AT_ONCE,
    pause: () => createNap().wait(GATHER_MS),
  }).ask
}

/** What is known of a person, one after the other; what the feed holds of any of them, in one go. */
async function eraseAll(
  { feed, archive, quarantine, tracking }: ErasureDeps,
  emails: readonly string[],
): Promise<undefined[]> {
  const head = await feed.last(0)
  if (!(await tracking.reached(head, PATIENCE_MS))) throw new HubError('archive.behind')
  const each: Theirs[] = []
  for (const email of emails) {
    const key = emailKey(email)
    each.push({ keys: new Set([key]), messageIds: await messagesTo(archive, key) })
  }
  const theirs = ofAll(each)
  await eraseFromFeed(feed, theirs, head)
  await eraseFromArchive(archive, theirs)
  for (const email of emails) for (const spelling of spellings(email)) await quarantine.erase(spelling)
  return emails.map(() => undefined)
}

/** What of persons is looked for: their addresses, and Mandrill's ids of the mails that they got. */
type Theirs = { readonly keys: ReadonlySet<string>; readonly messageIds: ReadonlySet<string> }

const ofAll = (all: readonly Theirs[]): Theirs => ({
  keys: new Set(all.flatMap(({ keys }) => [...keys])),
  messageIds: new Set(all.flatMap(({ messageIds }) => [...messageIds])),
})

/** An event may name its mail only. */
async function messagesTo(archive: ErasureDeps['archive'], key: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const event of found(archive, { email: key })) {
    const { email, messageId } = eventFacts(event)
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

/** All that is kept is looked at, by the store itself where it has a thread of its own. */
async function eraseFromFeed(feed: ErasureDeps['feed'], theirs: Theirs, head: Cursor): Promise<void> {
  const names = [...theirs.keys, ...theirs.messageIds]
  for (let after = BEGINNING; compareCursors(after, head) < 0; await breath()) {
    const { events, next } = await feed.search(after, STEP_EVENTS, names)
    const cursors = events.filter((event) => isTheirs(event, theirs)).map(({ cursor }) => cursor)
    if (cursors.length > 0) await feed.erase(cursors)
    if (compareCursors(next, after) <= 0) return
    after = next
  }
}

async function eraseFromArchive(archive: ErasureDeps['archive'], theirs: Theirs): Promise<void> {
  // What they have sent in is filed under the address that received it: all of these are looked at.
  const searches: Partial<EventQuery>[] = [...theirs.messageIds].map((messageId) => ({ messageId }))
  for (const search of [...searches, { kinds: ['inbound'] as const }])
    for await (const event of found(archive, search))
      if (isTheirs(event, theirs)) await archive.erase([event.cursor])
  for (const key of theirs.keys)
    for (;;) {
      const cursors = await archive.cursorsOf(key, STEP_ERASED)
      if (cursors.length === 0) break
      await archive.erase(cursors)
    }
}

/** Newest first. A mail that was sent in may hold whole files: a page is bounded in bytes, too. */
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

function isTheirs(event: StoredFacts & { readonly kind: Kind }, { keys, messageIds }: Theirs): boolean {
  const { email, messageId, sender } = eventFacts(event)
  if (keys.has(email ?? '') || (event.kind === 'inbound' && keys.has(emailKey(sender ?? '')))) return true
  return email === null && messageId !== null && messageIds.has(messageId)
}
