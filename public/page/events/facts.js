// An event as a row of the page. What it tells is the same whatever the mail provider; the provider's own text is read
// only where somebody looks at it.
/** @import { MailFacts, EventRow, StoredEvent } from '../types.d.ts' */
import { bytes } from '../ground/words.js'

/**
 * A line of the list.
 * @param {MailFacts & { cursor: string, kind: string }} event
 * @param {number} receivedAt
 * @returns {EventRow}
 */
export function rowOf(event, receivedAt) {
  return {
    type: 'event',
    cursor: event.cursor,
    kind: event.kind,
    receivedAt,
    occurredAt: event.at === null ? null : Date.parse(event.at),
    email: event.recipient,
    subject: event.subject,
    messageId: event.message_id,
    sender: event.sender ?? null,
    subaccount: event.subaccount ?? null,
    tags: event.tags ?? [],
    url: event.url ?? null,
    reason: event.reason ?? null,
    answer: event.answer ?? null,
    robot: event.robot ?? null,
    ip: event.ip ?? null,
    location: event.location ?? null,
    size: event.size ?? null,
    campaignId: event.campaign_id ?? null,
  }
}

/** @param {StoredEvent} event */
export function storedRow(event) {
  return rowOf(event, Date.parse(event.received_at))
}

/** `mailbox full` @param {string} reason one of the hub's */
export const reasonWords = (reason) => reason.replaceAll('_', ' ')

/**
 * The lines that say more than the kind: what was clicked, why it bounced (if that is a word), what the other server said.
 * @param {Pick<EventRow, 'url' | 'reason' | 'answer'>} row
 * @returns {string[]}
 */
export function detailsOf({ url, reason, answer }) {
  const why = reason && !(reason === 'other' && answer) && reasonWords(reason)
  return [url, why, answer].flatMap((line) => line || [])
}

/**
 * The other side: where the mail was read, or which server answered, and how large the mail was.
 * @param {Pick<EventRow, 'kind' | 'ip' | 'location' | 'size'>} row
 */
export function otherSideOf({ kind, ip, location, size }) {
  if (kind === 'opened' || kind === 'clicked') return [location, ip].flatMap((part) => part || []).join(' · ')
  return [ip && `Server ${ip}`, size !== null && `Mail of ${bytes(size)}`]
    .flatMap((part) => part || [])
    .join(' · ')
}
