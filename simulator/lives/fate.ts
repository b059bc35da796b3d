// What becomes of a mail, planned beforehand: what its server says, and what its subscriber does, and when. The same seed and
// the same address give the same fate, in whatever order mails arrive.
import { hash } from 'node:crypto'
import type { MessageEvent, Visitor } from '../events/message.ts'
import { createRandom, type Random } from '../random.ts'
import * as tables from '../events/tables.ts'

/** Shares, 0 to 1. */
export type Rates = {
  /** SMTP's answers: 550 5.1.1 at RCPT, and a 4xx before the mail is taken after all. */
  readonly refused: number
  readonly busy: number
  /** 552 5.2.2 the first time; whoever is tried again has made room. */
  readonly overQuota: number
  /** Mandrill's own ones. */
  readonly reject: number
  readonly deferral: number
  readonly hardBounce: number
  readonly softBounce: number
  /** Of the subscribers who got it. */
  readonly open: number
  readonly click: number
  readonly spam: number
  readonly unsub: number
  /** The button of the subscriber's mail program, which asks the hub itself (RFC 8058). */
  readonly oneClick: number
  /** Robots: scanners that follow every link, proxies that load the pictures. */
  readonly scanner: number
  readonly prefetch: number
  /** Events that come long after others that happened later. */
  readonly late: number
  /** Events that never come. */
  readonly lost: number
}

export const RATES: Rates = {
  refused: 0.01,
  busy: 0.02,
  overQuota: 0,
  reject: 0.003,
  deferral: 0.05,
  hardBounce: 0.015,
  softBounce: 0.015,
  open: 0.45,
  click: 0.3,
  spam: 0.001,
  unsub: 0.004,
  oneClick: 0.006,
  scanner: 0.05,
  prefetch: 0.2,
  late: 0.04,
  lost: 0,
}

/** What an address's own server does, whatever is sent. */
export type Doom = {
  readonly refused: boolean
  readonly overQuota: boolean
  /** How often it says 4xx first, and where. */
  readonly busy: { readonly times: number; readonly at: 'rcpt' | 'data' }
  readonly end: 'reject' | 'hard_bounce' | 'soft_bounce' | 'delivered'
}

export type Step = {
  /** After the mail was taken. */
  readonly afterMs: number
  readonly what: MessageEvent | 'one_click'
  readonly visitor?: Visitor
  readonly robot?: boolean
  /** How long its event is held up; the event tells what was known when it happened. */
  readonly lateMs: number
  readonly lost: boolean
}

export const seeded = (seed: number, ...names: readonly string[]): Random =>
  createRandom(hash('sha1', `${seed} ${names.join(' ')}`, 'buffer').readUInt32LE(0))

export function doomOf(email: string, rates: Rates, seed: number): Doom {
  const random = seeded(seed, email)
  const lot = random.next()
  const { reject, hardBounce, softBounce } = rates
  const end =
    lot < reject
      ? 'reject'
      : lot < reject + hardBounce
        ? 'hard_bounce'
        : lot < reject + hardBounce + softBounce
          ? 'soft_bounce'
          : 'delivered'
  const times = random.chance(rates.busy) ? random.int(1, 2) : 0
  return {
    end,
    busy: { times, at: random.pick(['rcpt', 'data'] as const) },
    refused: random.chance(rates.refused),
    overQuota: random.chance(rates.overQuota),
  }
}

export type LifeOptions = {
  readonly end: Doom['end']
  readonly rates: Rates
  readonly links: readonly string[]
  /** Over how long a subscriber's life is spread. */
  readonly spanMs: number
  /** The mail came once more: the subscriber looks at it, at most. */
  readonly again: boolean
}

/** No subscriber is so soon at a mail that was scanned; the scanner is through with it by then. */
const AFTER_ROBOTS_MS = 8_000

export function planLife(random: Random, options: LifeOptions): Step[] {
  const { end, rates, spanMs, again } = options
  const steps: Omit<Step, 'lateMs' | 'lost'>[] = []
  let afterMs = random.int(0, 300)
  if (end !== 'reject') steps.push({ afterMs, what: 'send' })
  afterMs += random.int(100, 1_500)
  while (end !== 'reject' && random.chance(rates.deferral)) {
    steps.push({ afterMs, what: 'deferral' })
    afterMs += random.int(500, Math.max(1_000, spanMs / 8))
  }
  steps.push({ afterMs, what: end })
  if (end === 'delivered') {
    const robots = again ? [] : robotsOf(random, options, afterMs)
    const from = afterMs + (robots.length > 0 ? AFTER_ROBOTS_MS : 500)
    steps.push(...robots, ...subscribersOf(random, options, from))
  }
  return steps.map((step) => ({
    ...step,
    lateMs: random.chance(rates.late) ? random.int(200, spanMs) : 0,
    lost: !again && isLosable(step) && random.chance(rates.lost),
  }))
}

/** Only what later events tell, too. The lists of an event do not say whether a visit was a robot's. */
function isLosable({ what, robot = false }: Omit<Step, 'lateMs' | 'lost'>): boolean {
  return !robot && (what === 'delivered' || what === 'open' || what === 'click')
}

type Planned = Omit<Step, 'lateMs' | 'lost'>

function robotsOf(random: Random, { rates, links }: LifeOptions, delivered: number): Planned[] {
  const soon = () => delivered + random.int(200, 3_000)
  const steps: Planned[] = []
  if (random.chance(rates.prefetch)) {
    const agent = random.pick(tables.PREFETCHERS)
    steps.push({ afterMs: soon(), what: 'open', visitor: { agent }, robot: true })
  }
  if (!random.chance(rates.scanner)) return steps
  // Some say who they are; others look like a browser, and are known by what they do.
  const agent = random.pick(random.chance(0.6) ? tables.SCANNERS : tables.AGENTS.slice(0, 1))
  for (const url of links)
    steps.push({ afterMs: soon(), what: 'click', visitor: { agent, url }, robot: true })
  return steps
}

function subscribersOf(
  random: Random,
  { rates, links, spanMs, again }: LifeOptions,
  from: number,
): Planned[] {
  // Most look at it soon, some much later.
  const then = (after: number) => after + Math.round(random.next() ** 2 * spanMs)
  const unsub = (after: number): Planned[] =>
    random.chance(rates.unsub) ? [{ afterMs: then(after), what: 'unsub' }] : []
  if (!random.chance(rates.open)) return unsub(from)
  const openedAt = then(from)
  const open: Planned = { afterMs: openedAt, what: 'open' }
  if (again) return [open]
  const clicks = links.length > 0 && random.chance(rates.click) ? clicksOf(random, links, openedAt, then) : []
  return [
    open,
    ...Array.from({ length: moreOf(random, 0.35, 4) }, () => ({ ...open, afterMs: then(openedAt) })),
    ...clicks,
    ...unsub(openedAt),
    ...(random.chance(rates.spam) ? [{ afterMs: then(openedAt), what: 'spam' } as const] : []),
    ...(random.chance(rates.oneClick) ? [{ afterMs: then(openedAt), what: 'one_click' } as const] : []),
  ]
}

/** Nobody follows two links as fast as a scanner does. */
function clicksOf(random: Random, links: readonly string[], openedAt: number, then: (at: number) => number) {
  const click = (after: number): Planned => {
    return { afterMs: then(after), what: 'click', visitor: { url: random.pick(links) } }
  }
  const more = Array.from({ length: moreOf(random, 0.25, 2) }, () => click(openedAt + AFTER_ROBOTS_MS))
  return [click(openedAt + 500), ...more]
}

function moreOf(random: Random, share: number, most: number): number {
  let more = 0
  while (more < most && random.chance(share)) more += 1
  return more
}
