// An event as a row of the page. What it tells is the same whatever the mail provider; the provider's own text is read
// only where somebody looks at it.
/** @import { MailFacts, EventRow, StoredEvent } from '../types.d.ts' */

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
    campaignId: event.campaign_id ?? null,
  }
}

/** @param {StoredEvent} event */
export function storedRow(event) {
  return rowOf(event, Date.parse(event.received_at))
}

/**
 * The lines that say more than the kind: what was clicked, why it bounced, what the other server said.
 * @param {Pick<EventRow, 'url' | 'reason' | 'answer'>} row
 * @returns {string[]}
 */
export function detailsOf({ url, reason, answer }) {
  return [url, reason?.replaceAll('_', ' '), answer].flatMap((line) => line || [])
}
