// What Mandrill's payloads tell. Their shapes vary (`metadata: []`, no `_id`, null, `ts` as text): what is not there is null.
// https://mailchimp.com/developer/transactional/docs/webhooks/ and …/docs/reputation-rejections/
import { isRobot } from '../../agents.ts'
import type { Kind } from '../../event.ts'
import { linkKey, NO_FACTS, type Reason, type ProviderFacts, type Visit } from '../../facts.ts'
import {
  asAddress,
  asInstant,
  asName,
  asObject,
  asShort,
  asText,
  own,
  type Payload,
} from '../../intake/payload.ts'
import { listOf } from './kinds.ts'

/** Of texts that are shown, and not compared. */
const SHOWN = 1_000
const URL_SHOWN = 4_000
/** Of all tags of an event: Mandrill takes 100 of 50 each. */
const TAG_CHARACTERS = 20_000
/** Of each list that a message carries. */
const LISTED = 50
/** An event and its entry in the message's list may differ by a rounded second. */
const SAME_VISIT_MS = 2_000

/** Of bounces (`bounce_description`), of rejects, and of the deny list. */
const REASONS: Readonly<Record<string, Reason>> = {
  bad_mailbox: 'no_such_mailbox',
  invalid_domain: 'no_such_domain',
  mailbox_full: 'mailbox_full',
  hard_bounce: 'bounce',
  soft_bounce: 'soft_bounce',
  spam: 'complaint',
  unsub: 'unsubscribe',
  custom: 'manual',
  invalid: 'invalid_address',
  invalid_sender: 'invalid_sender',
  unsigned: 'unsigned',
  rule: 'rule',
  test_mode_limit: 'test_limit',
}

export function factsOf(payload: Payload, kind: Kind): ProviderFacts {
  const list = listOf(payload)
  return list === null ? ofMessage(payload, kind) : ofList(payload, list)
}

function ofMessage(payload: Payload, kind: Kind): ProviderFacts {
  const message = asObject(payload.msg)
  const metadata = asObject(message.metadata)
  const entry = asObject(payload.reject ?? payload.entry)
  const at = asInstant(payload.ts)
  const url = kind === 'clicked' ? asShort(payload.url, URL_SHOWN) : null
  const robot = kind === 'opened' || kind === 'clicked' ? isOpenedByRobot(payload) : null
  const link = kind === 'clicked' ? linkKey(url ?? '') : ''
  const own = at === null || robot === null ? null : { at, robot, link }
  return {
    ...NO_FACTS,
    at,
    recipient: asAddress(message.email) ?? asAddress(entry.email),
    messageId: asName(payload._id) ?? asName(message._id),
    subject: asShort(message.subject, SHOWN),
    sender: asName(kind === 'inbound' ? message.from_email : message.sender),
    subaccount: asName(message.subaccount),
    tags: tagsOf(message),
    url,
    reason: reasonOf(message, kind),
    ...answered(payload, message, kind),
    robot,
    ...(robot !== null && { ip: asName(payload.ip), location: placeOf(asObject(payload.location)) }),
    campaignId: asName(metadata.campaign_id),
    deliveryId: asName(metadata.delivery_id),
    delivered: deliveredAt(message),
    opens: visits(message.opens, () => '', own),
    clicks: visits(message.clicks, linkOf, own),
  }
}

/** A change of a list. It may be limited to a subaccount or a sender (the API tells the sender as an object). */
function ofList(payload: Payload, list: string): ProviderFacts {
  const entry = asObject(payload.reject ?? payload.entry)
  return {
    ...NO_FACTS,
    at: asInstant(payload.ts),
    recipient: asAddress(asObject(payload.msg).email) ?? asAddress(entry.email),
    messageId: asName(payload._id),
    sender: asName(entry.sender) ?? asName(asObject(entry.sender).address),
    subaccount: asName(entry.subaccount),
    reason: reasonNamed(entry.reason),
    list: asName(list),
    ends: entry.expired === true ? 0 : readDate(entry.expires_at),
  }
}

function tagsOf({ tags }: Payload): readonly string[] {
  if (!Array.isArray(tags)) return []
  let left = TAG_CHARACTERS
  return tags.filter((tag) => typeof tag === 'string' && (left -= tag.length) >= 0)
}

function reasonOf({ reject, reject_reason: told, bounce_description: bounce }: Payload, kind: Kind) {
  if (kind === 'bounced' || kind === 'soft_bounced') return reasonNamed(bounce)
  if (kind !== 'rejected') return null
  return reasonNamed([reject, asObject(reject).reason, told].find((text) => asText(text) !== null))
}

function reasonNamed(word: unknown): Reason | null {
  if (typeof word !== 'string' || word === '') return null
  return own(REASONS, word.trim().toLowerCase().replaceAll('-', '_')) ?? 'other'
}

const ANSWERED: readonly Kind[] = ['delivered', 'deferred', 'bounced', 'soft_bounced']

/** What the recipient's server said, wherever Mandrill tells it, which server that was, and how large the mail. */
function answered({ diag }: Payload, message: Payload, kind: Kind) {
  if (!ANSWERED.includes(kind)) return {}
  const last = asObject(Array.isArray(message.smtp_events) ? message.smtp_events.at(-1) : undefined)
  const { size } = last
  return {
    answer: asShort(diag, SHOWN) ?? asShort(message.diag, SHOWN) ?? asShort(last.diag, SHOWN),
    ip: asName(last.destination_ip),
    size: typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : null, // 0: not taken
  }
}

/** Mandrill writes `-` for a city that it does not know. */
function placeOf({ city, country }: Payload): string | null {
  const known = [city, country].flatMap((name) => (name === '-' ? [] : (asName(name) ?? [])))
  return asShort(known.join(', '), SHOWN)
}

function isOpenedByRobot({ user_agent: agent, user_agent_parsed: parsed }: Payload): boolean {
  return isRobot(asText(agent) ?? '', asText(asObject(parsed).type) ?? '')
}

/** Those that the message's list tells, but for the one that the event itself tells. */
function visits(list: unknown, linkOf: (entry: Payload) => string, own: Visit | null): readonly Visit[] {
  const told: Visit[] = []
  for (const entry of listed(list)) {
    const at = asInstant(entry.ts)
    if (at === null) continue
    const link = linkOf(entry)
    const isOwn = own?.link === link && Math.abs(own.at - at) <= SAME_VISIT_MS
    if (!isOwn) told.push({ at, link, robot: isRobot(asText(entry.ua) ?? '', '') })
  }
  return told
}

const listed = (list: unknown): readonly Payload[] =>
  Array.isArray(list) && list.length > 0 ? list.slice(0, LISTED).map(asObject) : []

const linkOf = ({ url }: Payload): string => linkKey(asShort(url, URL_SHOWN) ?? '')

/** When the recipient's server took it, as the log of answers that a message carries tells. */
function deliveredAt({ smtp_events: answers }: Payload): number | null {
  let first: number | null = null
  for (const { type, ts } of listed(answers)) {
    const at = type === 'sent' || type === 'delivered' ? asInstant(ts) : null
    if (at !== null) first = Math.min(at, first ?? at)
  }
  return first
}

/** `YYYY-MM-DD HH:MM:SS`, in UTC although it does not say so. */
export function readDate(text: unknown): number | null {
  const match = typeof text === 'string' ? /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text) : null
  const ms = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}
