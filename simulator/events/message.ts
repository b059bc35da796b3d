// One simulated mail: what happens to it, and the webhook event that Mandrill would make of each happening.
// Shapes and field names: Mailchimp Transactional docs, "Webhooks", section "Message events".
import type { Json, JsonObject } from './php-json.ts'
import type { Random } from '../random.ts'
import * as tables from './tables.ts'

export const MESSAGE_EVENTS = [
  'send',
  'deferral',
  'hard_bounce',
  'soft_bounce',
  'delivered',
  'open',
  'click',
  'spam',
  'unsub',
  'reject',
] as const

export type MessageEvent = (typeof MESSAGE_EVENTS)[number]

/** What Mandrill knows of a mail. The three lists only grow, and every later event carries them whole. */
export type Message = {
  readonly id: string
  readonly version: string
  readonly email: string
  readonly subject: string
  readonly sender: string
  readonly tags: readonly string[]
  readonly metadata: JsonObject
  readonly template: string | null
  readonly subaccount: string | null
  readonly ts: number
  readonly subscriber: Subscriber
  readonly opens: Json[]
  readonly clicks: Json[]
  readonly smtpEvents: Json[]
  /** What will still happen to it, the next first. */
  readonly life: MessageEvent[]
}

type Subscriber = {
  readonly ip: string
  readonly agent: tables.Agent
  readonly place: (typeof tables.PLACES)[number]
}

/** What is not given is made up. */
export function createMessage(random: Random, ts: number, given: Partial<Message> = {}): Message {
  return {
    id: random.hex(32),
    version: random.hex(22),
    email: someAddress(random),
    subject: random.pick(tables.SUBJECTS),
    sender: 'news@sender.example',
    tags: random.chance(0.15) ? [] : [random.pick(tables.TAGS)],
    metadata: someMetadata(random),
    template: random.chance(0.3) ? 'weekly-letter' : null,
    subaccount: random.chance(0.2) ? 'cust-123' : null,
    ts,
    subscriber: {
      ip: someIp(random),
      agent: random.pick(tables.AGENTS),
      place: random.pick(tables.PLACES),
    },
    opens: [],
    clicks: [],
    smtpEvents: [],
    life: planLife(random),
    ...given,
  }
}

export function someAddress(random: Random): string {
  return `${random.pick(tables.GIVEN_NAMES)}.${random.hex(6)}@${random.pick(tables.DOMAINS)}`
}

export function someIp(random: Random): string {
  // 198.51.100.0/24 and 203.0.113.0/24 are set aside for examples (RFC 5737).
  return `${random.pick(['198.51.100', '203.0.113'])}.${random.int(1, 254)}`
}

/** The hub's own mails carry campaign_id and delivery_id; other senders' mails carry anything, or nothing. */
function someMetadata(random: Random): JsonObject {
  if (random.chance(0.6)) return { campaign_id: random.pick(tables.CAMPAIGNS), delivery_id: random.hex(24) }
  return random.chance(0.5) ? { user_id: random.int(1, 99_999), name: random.pick(tables.GIVEN_NAMES) } : {}
}

/** The shares are roughly those of a newsletter to a list that is not well kept. */
function planLife(random: Random): MessageEvent[] {
  if (random.chance(0.02)) return ['reject']
  const life: MessageEvent[] = ['send']
  while (random.chance(0.08)) life.push('deferral')
  if (random.chance(0.03)) return [...life, 'hard_bounce']
  if (random.chance(0.04)) return [...life, 'soft_bounce']
  life.push('delivered')
  while (random.chance(0.4)) life.push('open')
  if (random.chance(0.15)) life.push('open', 'click')
  while (random.chance(0.1)) life.push('click')
  if (random.chance(0.01)) life.push('spam')
  if (random.chance(0.015)) life.push('unsub')
  return life
}

/** Who opens or clicks, if not the subscriber with the usual program; and where a click leads. */
export type Visitor = { readonly agent?: tables.Agent | undefined; readonly url?: string | undefined }

/** Lets something happen to a message at `ts`, and tells it as Mandrill does. */
export function happen(
  message: Message,
  event: MessageEvent,
  ts: number,
  random: Random,
  visitor: Visitor = {},
): JsonObject {
  const visit = event === 'open' || event === 'click' ? visitOf(message, { event, ts }, random, visitor) : {}
  const deferral = event === 'deferral' ? random.pick(tables.DEFERRALS) : undefined
  if (deferral) message.smtpEvents.push(smtpEvent('deferred', deferral, ts, random))
  if (event === 'delivered') {
    const answer = `${random.pick(tables.DELIVERIES)} ${random.hex(10).toUpperCase()}`
    message.smtpEvents.push(smtpEvent('sent', answer, ts, random))
  }
  return { event, ts, ...visit, diag: deferral, _id: message.id, msg: describe(message, event, random) }
}

function describe(message: Message, event: MessageEvent, random: Random): JsonObject {
  const bounced = event === 'hard_bounce' || event === 'soft_bounce'
  return {
    ts: message.ts,
    _id: message.id,
    state: stateAfter(event),
    subject: message.subject,
    email: message.email,
    tags: message.tags,
    // Copies: the lists go on growing, while a late event tells what was known when it was made.
    ...(bounced ? bounceOf(event, random) : { opens: [...message.opens], clicks: [...message.clicks] }),
    smtp_events: [...message.smtpEvents],
    resends: [],
    _version: message.version,
    metadata: message.metadata,
    sender: message.sender,
    template: message.template,
    subaccount: message.subaccount,
    reject: event === 'reject' ? { reason: 'hard-bounce', last_event_at: '2030-01-31 08:15:00' } : undefined,
  }
}

function stateAfter(event: MessageEvent): string {
  const states: Partial<Record<MessageEvent, string>> = {
    deferral: 'deferred',
    hard_bounce: 'bounced',
    soft_bounce: 'soft-bounced',
    reject: 'rejected',
    spam: 'spam',
    unsub: 'unsub',
  }
  return states[event] ?? 'sent'
}

function bounceOf(event: MessageEvent, random: Random): JsonObject {
  const [description, code, diag] = random.pick(
    event === 'hard_bounce' ? tables.HARD_BOUNCES : tables.SOFT_BOUNCES,
  )
  return { bounce_description: description, bgtools_code: code, diag }
}

function smtpEvent(type: string, diag: string, ts: number, random: Random): JsonObject {
  const size = type === 'sent' ? random.int(2_000, 40_000) : 0
  return { ts, type, diag, source_ip: '198.51.100.7', destination_ip: someIp(random), size }
}

type Happening = { readonly event: MessageEvent; readonly ts: number }

function visitOf(message: Message, { event, ts }: Happening, random: Random, visitor: Visitor): JsonObject {
  const { ip, place } = message.subscriber
  const agent = visitor.agent ?? message.subscriber.agent
  const [countryShort, country, region, city, latitude, longitude, timezone] = place
  const url = event === 'click' ? (visitor.url ?? random.pick(tables.LINKS)) : undefined
  const seen = { ts, ip, location: `${city}, ${countryShort}`, ua: `${agent.os}/${agent.name}`, url }
  ;(event === 'click' ? message.clicks : message.opens).push(seen)
  return {
    ip,
    url,
    location: {
      country_short: countryShort,
      country,
      region,
      city,
      latitude,
      longitude,
      postal_code: '-',
      timezone,
    },
    user_agent: agent.text,
    user_agent_parsed: parsedAgent(agent),
  }
}

function parsedAgent(agent: tables.Agent): JsonObject {
  return {
    type: agent.type,
    ua_family: agent.family,
    ua_name: agent.name,
    ua_version: agent.version,
    ua_company: null,
    ua_icon: 'http://cdn.mandrill.com/img/email-client-icons/unknown.png',
    os_family: agent.os.split(' ')[0],
    os_name: agent.os,
    mobile: agent.mobile,
  }
}
