// What the page reads out of an event. Everything came from outside: any field may be missing or of another kind.
/** @import { EventRow, Json, StoredEvent } from '../types.d.ts' */

/** @param {unknown} value @returns {Json} */
function asObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? /** @type {Json} */ (value)
    : {}
}

/** @param {unknown} value */
function asText(value) {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** @param {unknown} value Mandrill's seconds since 1970, a number or the same as text. */
function asInstant(value) {
  const seconds = Number(asText(value))
  return seconds > 0 && seconds < 4e9 ? Math.round(seconds * 1000) : null
}

/**
 * A line of the list.
 * @param {{ cursor: string, kind: string, data: Json }} event
 * @param {number} receivedAt
 * @returns {EventRow}
 */
export function rowOf({ cursor, kind, data }, receivedAt) {
  const message = asObject(data.msg)
  const entry = asObject(data.reject ?? data.entry)
  const id = data['_id'] ?? message['_id']
  return {
    type: 'event',
    cursor,
    kind,
    receivedAt,
    occurredAt: asInstant(data.ts),
    email: asText(message.email) ?? asText(entry.email),
    subject: asText(message.subject),
    messageId: asText(id),
    data,
  }
}

/** @param {StoredEvent} event */
export function storedRow(event) {
  return rowOf(event, Date.parse(event.received_at))
}

/**
 * The tags and the campaign of an event's mail: what one can filter by.
 * @param {Json} data
 */
export function marksOf(data) {
  const message = asObject(data.msg)
  const tags = Array.isArray(message.tags) ? message.tags.filter((tag) => typeof tag === 'string') : []
  return { tags: /** @type {string[]} */ (tags), campaign: asText(asObject(message.metadata).campaign_id) }
}

/**
 * The one or two lines that say more than the kind: why it bounced, what was clicked, who opened it where.
 * @param {Json} data
 * @returns {string[]}
 */
export function detailsOf(data) {
  const message = asObject(data.msg)
  const details = [
    asText(data.url),
    words(asText(message.bounce_description)),
    asText(data.diag) ?? asText(message.diag),
    words(asText(asObject(message.reject).reason)),
    words(asText(asObject(data.reject).reason)),
    [placeOf(data), agentOf(data)].filter(Boolean).join(' · '),
  ]
  return details.filter((line) => line !== null && line !== '').map(String)
}

/** @param {Json} data */
function placeOf(data) {
  const location = asObject(data.location)
  return [asText(location.city), asText(location.country_short)].filter(Boolean).join(', ')
}

/** @param {Json} data */
function agentOf(data) {
  const agent = asObject(data.user_agent_parsed)
  return [asText(agent.ua_name), asText(agent.os_name)].filter(Boolean).join(' on ')
}

/** @param {string | null} name `mailbox_full` → `mailbox full` */
function words(name) {
  return name?.replaceAll('_', ' ') ?? null
}
