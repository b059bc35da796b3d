// Campaigns in words: their states, lanes as sentences, what is known of a delivery. No number that nobody knows.
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Tone } from '../events/kinds.js' */
import { reasonWords } from '../events/facts.js'
import { lookOf } from '../events/kinds.js'
import { count, within } from '../ground/words.js'

/** @typedef {{ word: string, icon: string, tone: Tone }} Look */

/** @type {Readonly<Record<string, Look>>} */
const STATES = {
  draft: { word: 'Draft', icon: 'docs', tone: 'grey' },
  scheduled: { word: 'Scheduled', icon: 'scheduled', tone: 'blue' },
  running: { word: 'Running', icon: 'play', tone: 'green' },
  paused: { word: 'Paused', icon: 'pause', tone: 'amber' },
  finished: { word: 'Finished', icon: 'check', tone: 'green' },
  cancelled: { word: 'Cancelled', icon: 'rejected', tone: 'grey' },
}

/** @param {string} status */
export const stateLook = (status) => STATES[status] ?? { word: status, icon: 'unknown', tone: 'grey' }

/** What becomes of the mails, in the order of their way. @type {Readonly<Record<string, Look>>} */
export const MAILS = Object.freeze({
  sent: { word: 'Sent', icon: 'sent', tone: 'grey' },
  queued: { word: 'Queued', icon: 'waiting', tone: 'grey' },
  deferred: { word: 'Deferred', icon: 'deferred', tone: 'amber' },
  failed: { word: 'Failed', icon: 'bounced', tone: 'red' },
  skipped: { word: 'Skipped', icon: 'suppressed', tone: 'grey' },
  cancelled: { word: 'Cancelled', icon: 'rejected', tone: 'grey' },
})

/** @param {string} status */
export const mailLook = (status) => MAILS[status] ?? { word: status, icon: 'unknown', tone: 'grey' }

/** What people did, as the API asks for it. */
export const PEOPLE = Object.freeze([
  'delivered',
  'opened',
  'clicked',
  'bounced',
  'complained',
  'unsubscribed',
])

/** Where the deliveries are that a query selects. @param {string} id @param {string} query */
export const deliveriesAt = (id, query) => `/dashboard/campaigns/${id}/deliveries?${query}`

/** Mails that had their turn: a campaign that was cancelled stays where it had come to. @param {Pick<Campaign, 'deliveries'>} campaign */
export function doneOf({ deliveries: { sent, failed, skipped } }) {
  return Number(sent ?? 0) + Number(failed ?? 0) + Number(skipped ?? 0)
}

/**
 * Mails that went out. The ledger follows in bulk, and webhooks may be ahead of it: of whom something is told, the mail went out.
 * @param {Pick<Campaign, 'deliveries' | 'people'>} campaign
 */
export function sentOf({ deliveries, people }) {
  return Math.max(Number(deliveries.sent ?? 0), ...Object.values(people))
}

/** What the hub knows by itself, by the link in the mail; all else is told by webhooks. */
const OWN = 'unsubscribed'

/** @typedef {'none' | 'heard' | 'awaited' | 'silent' | 'never'} News */

/** Nearly all that is ever told of a mail is told within this time. */
const HEARD_OUT_MS = 24 * 3_600_000

/**
 * From when on news may be missing, as webhooks are silent: what came last is the last that is known; null: none is.
 * @param {import('../../client.d.ts').Setup | undefined} setup
 */
export function missingSince(setup) {
  return setup?.webhooks_silent ? Date.parse(setup.last_event_at ?? '') || 0 : null
}

/**
 * What webhooks have told of a campaign: nothing to tell yet; something; nothing yet; something, and more may be missing;
 * nothing, and they never will, as its mails were written to files.
 * @param {Campaign} campaign @param {number | null} since see missingSince @returns {News}
 */
export function newsOf({ transport, deliveries, people, robots, finished_at }, since) {
  if (sentOf({ deliveries, people }) === 0) return 'none'
  const told = Object.entries(people).some(([fact, amount]) => fact !== OWN && amount > 0)
  const mayMiss = since !== null && (finished_at === null || Date.parse(finished_at) > since - HEARD_OUT_MS)
  if (told || Object.values(robots).some((amount) => amount > 0)) return mayMiss ? 'silent' : 'heard'
  return transport === 'outbox' ? 'never' : 'awaited'
}

/** A number that is not 0 has been told; a 0 says something only while webhooks do. @param {News} news @param {number} amount @param {string} [fact] */
export function isKnown(news, amount, fact) {
  return news !== 'none' && (news === 'heard' || amount > 0 || fact === OWN)
}

/** What there is, or will be, a number of. @param {News} news @param {Campaign['people']} people */
export function factsOf(news, people) {
  return PEOPLE.filter((fact) => news !== 'never' || isKnown(news, people[fact] ?? 0, fact))
}

/** @typedef {Campaign['lanes'][number]} Lane */

/**
 * `Google slowed to 4/s: 421 4.7.28; next raise in 20 s`
 * @param {Lane} lane @param {number} now
 */
export function laneSentence({ name, state, reason, next_change_at: at, per_second: pace, queued }, now) {
  const who = name === 'default' ? 'All other providers' : capital(name)
  const left = at === null ? null : Date.parse(at) - now
  const why = reason ? `: ${reason}` : ''
  if (state === 'paused') {
    const until = left === null ? 'until you resume it' : left > 0 ? `resumes ${within(left)}` : 'resumes now'
    return `${who} paused${why}; ${until}`
  }
  if (state === 'slowed') {
    const next =
      left === null
        ? ''
        : left > 0
          ? `; next raise ${within(left)}`
          : '; next raise after the next accepted mail'
    return `${who} slowed to ${paceOf(pace)}${why}${next}`
  }
  return `${who} at full pace, ${paceOf(pace)} at most${queued > 0 ? `; ${count(queued)} to go` : ''}`
}

/** `4/s`, `0.3/s`, `2/min`: never 0, as mails go on. @param {number} pace */
const paceOf = (pace) =>
  pace < 0.1
    ? `${Math.max(1, Math.round(pace * 60))}/min`
    : `${count(pace < 10 ? Math.round(pace * 10) / 10 : Math.round(pace))}/s`
/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1)

/**
 * @typedef {object} Delivery as the API tells it
 * @property {string} id
 * @property {string | null} subscriber_id
 * @property {string} email
 * @property {string} name
 * @property {string} status
 * @property {string | null} reason
 * @property {string} updated_at
 * @property {string | null} due_at
 * @property {string | null} delivered_at
 * @property {string | null} opened_at
 * @property {string | null} clicked_at
 * @property {string | null} bounced_at
 * @property {string | null} complained_at
 * @property {string | null} unsubscribed_at
 * @property {string | null} bounce_reason
 */

/** The last word first. */
const NEWS = /** @type {const} */ ([
  'complained',
  'unsubscribed',
  'bounced',
  'clicked',
  'opened',
  'delivered',
])

/** The hub's outbox answers so, for each mail: a campaign that began without an SMTP server may have gone on with one. */
const WRITTEN = /^250 2\.0\.0 written to (\S+)$/

/** The file that a mail was written to, as there was no server to send it. @param {{ status: string, reason: string | null }} delivery */
export const fileOf = ({ status, reason }) =>
  status === 'sent' ? WRITTEN.exec(reason ?? '')?.[1] : undefined

/**
 * How a delivery stands: what came back of it, else what became of the mail; since when; and why.
 * @param {Delivery} delivery
 * @returns {Look & { at: string, why: string }}
 */
export function deliveryLook(delivery) {
  const news = NEWS.find((fact) => delivery[`${fact}_at`] !== null)
  const bounce = delivery.bounce_reason && reasonWords(delivery.bounce_reason)
  if (news) {
    const { word, tone } = lookOf(news)
    const why = news === 'bounced' ? (bounce ?? '') : ''
    return { word, tone, icon: news, at: delivery[`${news}_at`] ?? delivery.updated_at, why }
  }
  const sent = bounce ?? (fileOf(delivery) ? 'written to a file' : 'awaiting news')
  const why = delivery.status === 'sent' ? sent : (delivery.reason ?? '')
  return { ...mailLook(delivery.status), at: delivery.updated_at, why }
}
