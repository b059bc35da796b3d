// Facts: what an event says, whichever provider sent it. Read from the payload once, on arrival, and stored beside it as JSON.
import { hash } from 'node:crypto'
import { emailKey } from '../addresses/address.ts'

/** Why a mail bounced, was refused, or its address is on a list. */
export const REASONS = [
  'bounce',
  'soft_bounce',
  'no_such_mailbox',
  'no_such_domain',
  'mailbox_full',
  'complaint',
  'unsubscribe',
  'manual',
  'invalid_address',
  'invalid_sender',
  'unsigned',
  'rule',
  'test_limit',
  'other',
] as const
export type Reason = (typeof REASONS)[number]

/** An open or a click in the list that a message carries. `link` is '' for an open, else the linkKey of its URL. */
export type Visit = { readonly at: number; readonly robot: boolean; readonly link: string }

/** What a provider reads from a payload: null, or empty, where it is unknown or does not apply. */
export type ProviderFacts = {
  /** When it happened by the provider's clock, milliseconds since 1970. */
  readonly at: number | null
  /** As it was written. */
  readonly recipient: string | null
  readonly messageId: string | null
  readonly subject: string | null
  readonly sender: string | null
  readonly subaccount: string | null
  readonly tags: readonly string[]
  readonly url: string | null
  readonly reason: Reason | null
  /** What the recipient's server said. */
  readonly answer: string | null
  /** For opens and clicks: whether it was a program, not a person. */
  readonly robot: boolean | null
  /** The IP address of the recipient (for opens and clicks), or of the server that answered. */
  readonly ip: string | null
  /** Where the recipient was. */
  readonly location: string | null
  /** The size of the mail, in bytes. */
  readonly size: number | null
  /** From the metadata that the hub gave the mail. */
  readonly campaignId: string | null
  readonly deliveryId: string | null
  /** The list that an entry was added to or removed from, by the provider's name. */
  readonly list: string | null
  /** When that entry ends; 0: it has ended. */
  readonly ends: number | null
  /** When the recipient's server accepted the mail, according to the log that the message carries. */
  readonly delivered: number | null
  readonly opens: readonly Visit[]
  readonly clicks: readonly Visit[]
}

export const NO_FACTS: ProviderFacts = {
  at: null,
  recipient: null,
  messageId: null,
  subject: null,
  sender: null,
  subaccount: null,
  tags: [],
  url: null,
  reason: null,
  answer: null,
  robot: null,
  ip: null,
  location: null,
  size: null,
  campaignId: null,
  deliveryId: null,
  list: null,
  ends: null,
  delivered: null,
  opens: [],
  clicks: [],
}

/** How an event came, if not by its provider's webhook: posted with the token, or replayed from quarantine. */
type Bringer = 'hand' | 'replay'

export type EventFacts = ProviderFacts & {
  readonly provider: string
  readonly by?: Bringer | undefined
  /** The emailKey of the recipient. */
  readonly email: string | null
}

/** The facts as stored, in two JSON texts. */
export type StoredFacts = {
  /** An object whose members clients get as they are, beside `data`, in frames and in the API. */
  readonly facts: string
  /** Facts that only the loop needs; null for most events. */
  readonly more: string | null
}

export function writeFacts(provider: string, given: ProviderFacts): StoredFacts {
  const facts = JSON.stringify({
    provider,
    at: given.at === null ? null : new Date(given.at).toISOString(),
    recipient: given.recipient,
    message_id: given.messageId,
    subject: given.subject,
    sender: given.sender ?? undefined,
    subaccount: given.subaccount ?? undefined,
    tags: given.tags.length > 0 ? given.tags : undefined,
    url: given.url ?? undefined,
    reason: given.reason ?? undefined,
    answer: given.answer ?? undefined,
    robot: given.robot ?? undefined,
    campaign_id: given.campaignId ?? undefined,
    delivery_id: given.deliveryId ?? undefined,
    ip: given.ip ?? undefined,
    location: given.location ?? undefined,
    size: given.size ?? undefined,
  })
  const { list, ends, delivered, opens, clicks } = given
  if (list === null && ends === null && delivered === null && opens.length + clicks.length === 0)
    return { facts, more: null }
  const more = JSON.stringify({
    list: list ?? undefined,
    ends: ends ?? undefined,
    delivered: delivered ?? undefined,
    opens: opens.length > 0 ? opens.map(({ at, robot }) => [at, Number(robot)]) : undefined,
    clicks: clicks.length > 0 ? clicks.map(({ at, robot, link }) => [at, Number(robot), link]) : undefined,
  })
  return { facts, more }
}

/** The same events, marked as not brought by their provider. */
export function broughtBy<E extends StoredFacts>(by: Bringer, events: readonly E[]): readonly E[] {
  return events.map((event) => {
    const more = event.more === null ? {} : (JSON.parse(event.more) as WrittenMore)
    return { ...event, more: JSON.stringify({ ...more, by } satisfies WrittenMore) }
  })
}

type Written = {
  readonly provider: string
  readonly at: string | null
  readonly recipient: string | null
  readonly message_id: string | null
  readonly subject: string | null
  readonly tags?: readonly string[]
  readonly campaign_id?: string
  readonly delivery_id?: string
} & Partial<
  Pick<
    ProviderFacts,
    'sender' | 'subaccount' | 'url' | 'reason' | 'answer' | 'robot' | 'ip' | 'location' | 'size'
  >
>
type WrittenVisit = readonly [at: number, robot: number, link?: string]
type WrittenMore = Partial<Pick<ProviderFacts, 'list' | 'ends' | 'delivered'>> & {
  readonly opens?: readonly WrittenVisit[]
  readonly clicks?: readonly WrittenVisit[]
  readonly by?: Bringer
}

const NO_MORE: WrittenMore = {}

const keyOf = (recipient: string | null): string | null => (recipient === null ? null : emailKey(recipient))

/** Reads what writeFacts wrote. */
export function readFacts({ facts, more }: StoredFacts): EventFacts {
  const told = JSON.parse(facts) as Written
  const rest: WrittenMore = more === null ? NO_MORE : (JSON.parse(more) as WrittenMore)
  // Member by member: copying the whole object would take three times the memory.
  return {
    provider: told.provider,
    at: told.at === null ? null : Date.parse(told.at),
    recipient: told.recipient ?? null,
    email: keyOf(told.recipient ?? null),
    messageId: told.message_id ?? null,
    subject: told.subject ?? null,
    sender: told.sender ?? null,
    subaccount: told.subaccount ?? null,
    tags: told.tags ?? NO_FACTS.tags,
    url: told.url ?? null,
    reason: told.reason ?? null,
    answer: told.answer ?? null,
    robot: told.robot ?? null,
    campaignId: told.campaign_id ?? null,
    deliveryId: told.delivery_id ?? null,
    ip: told.ip ?? null,
    location: told.location ?? null,
    size: told.size ?? null,
    list: rest.list ?? null,
    ends: rest.ends ?? null,
    delivered: rest.delivered ?? null,
    opens: rest.opens?.map(readVisit) ?? NO_FACTS.opens,
    clicks: rest.clicks?.map(readVisit) ?? NO_FACTS.clicks,
    by: rest.by,
  }
}

/**
 * A text among the facts, without reading all of them: '' stands for one that is not plain ASCII, or escaped; undefined: there is none.
 */
export function plainTextIn(facts: string, key: keyof Written): string | undefined {
  const start = facts.indexOf(`"${key}":"`)
  if (start < 0) return undefined
  const from = start + key.length + 4
  const text = facts.slice(from, facts.indexOf('"', from))
  return /^[ !#-[\]-~]*$/.test(text) ? text : ''
}

const readVisit = ([at, robot, link = '']: WrittenVisit): Visit => ({ at, robot: robot === 1, link })

const LINK_LENGTH = 8

/** Stands for a URL where the whole would take too much room: one is stored for every recipient and link. */
export function linkKey(url: string): string {
  return hash('sha256', url, 'base64url').slice(0, LINK_LENGTH)
}
