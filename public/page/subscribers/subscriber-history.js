// All that happened with a subscriber, the newest first: campaigns, events, and how they came and left.
/** @import { App } from '../main.js' */
/** @import { DeliveryTo, Subscriber, Suppression } from './types.d.ts' */
/** @import { EventsPage, StoredEvent } from '../types.d.ts' */
import { html } from '../vendor/htm.js'
import { detailsOf, storedRow } from '../events/facts.js'
import { fileOf, mailLook } from '../campaigns/words.js'
import { mergeHistory } from '../lists/history.js'
import { Older, useSource } from '../lists/older.js'
import { lookOf } from '../events/kinds.js'
import { timeOf } from '../events/message/story.js'
import { lookOfReason, sourceWords } from './words.js'
import { count, fullTime, plain, titleOf } from '../ground/words.js'
import { Failed, Old, Waiting } from '../parts/asked.js'
import { usePatience } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'

/**
 * @typedef {object} Moment
 * @property {number} at
 * @property {string} key
 * @property {string} icon
 * @property {string} [tone]
 * @property {string} word
 * @property {string} text a stranger's
 * @property {string} [address] where more of it is told
 * @property {readonly string[]} details
 * @property {number} [times] that often in a row, this being the last
 */
/** @typedef {import('../lists/older.js').Page<Moment>} Page */

/** @param {{ app: App, subscriber: Subscriber, suppression: Suppression | null }} props */
export function SubscriberHistory({ app, subscriber, suppression }) {
  const { id, email } = subscriber
  const campaigns = useSource(app, (place, signal) => readDeliveries(app, id, place, signal), [id])
  const events = useSource(app, (place, signal) => readEvents(app, email, place, signal), [email])
  const consent = { rows: consentOf(subscriber, suppression), next: null }
  const sources = [campaigns, events]
  const there = sources.filter(({ page }) => page !== undefined)
  const pages = there.map(({ page }) => /** @type {Page} */ (page))
  const { moments, behind } = mergeHistory([...pages, consent])
  const last = behind === null ? undefined : there[behind]
  const isAsking = sources.some(({ answer }) => answer.state === 'asking')
  const isPatient = usePatience()
  return html`
    <section class="history">
      <h2>History</h2>
      ${
        isAsking && isPatient
          ? html`<${Waiting} what="the history" />`
          : html`
              <${Standing} source=${campaigns} what="the deliveries" />
              <${Standing} source=${events} what="the events" />
              <ol>
                ${grouped(moments).map((moment) => html`<${Line} key=${moment.key} moment=${moment} />`)}
              </ol>
              ${last && html`<${Older} source=${last} />`}
            `
      }
    </section>
  `
}

/** @param {{ source: import('../lists/older.js').Source<Moment>, what: string }} props */
function Standing({ source: { answer, again }, what }) {
  if (answer.state === 'asking') return html`<${Waiting} what=${what} />`
  if (answer.state === 'old') return html`<${Old} of=${answer} again=${again} />`
  if (answer.state === 'failed') return html`<${Failed} of=${answer} what=${what} again=${again} />`
  return null
}

/** @param {{ moment: Moment }} props */
function Line({ moment: { at, icon, tone, word, text, address, details, times } }) {
  const shown = html`<bdi>${plain(text)}</bdi>`
  return html`
    <li>
      <${Icon} name=${icon} tone=${tone} />
      <div>
        <strong>${word}${times ? ` ${count(times)} times` : ''}</strong>
        ${text && (address ? html`<a href=${address} data-view>${shown}</a>` : shown)}
        ${details.map((line) => html`<bdi class="detail">${plain(line)}</bdi>`)}
      </div>
      <time>${fullTime(at)}</time>
    </li>
  `
}

/** The same of the same mail, again and again: told once. @param {readonly Moment[]} moments @returns {Moment[]} */
function grouped(moments) {
  /** @type {Moment[]} */
  const told = []
  for (const moment of moments) {
    const last = told.at(-1)
    const same = last && last.word === moment.word && last.address === moment.address && moment.address
    if (same && last.details.join() === moment.details.join())
      told[told.length - 1] = { ...last, times: (last.times ?? 1) + 1 }
    else told.push(moment)
  }
  return told
}

/** @param {App} app @param {string} email @param {string | undefined} before @param {AbortSignal} signal @returns {Promise<Page>} */
async function readEvents({ api }, email, before, signal) {
  const query = { email, limit: 100, before }
  const { events, next } = /** @type {EventsPage} */ (await api.get('/api/events', { query, signal }))
  return { rows: events.map(momentOf), next }
}

/** @param {StoredEvent} event @returns {Moment} */
function momentOf(event) {
  const row = storedRow(event)
  const { word, tone } = lookOf(row.kind)
  return {
    at: timeOf(row),
    key: row.cursor,
    icon: row.kind,
    tone,
    word,
    text: row.subject ?? (row.messageId ? 'no subject' : ''),
    ...(row.messageId && { address: `/dashboard/messages/${encodeURIComponent(row.messageId)}` }),
    details: detailsOf(row),
  }
}

/** @param {App} app @param {string} id @param {string | undefined} after @param {AbortSignal} signal @returns {Promise<Page>} */
async function readDeliveries({ api }, id, after, signal) {
  const { deliveries, next } = /** @type {{ deliveries: DeliveryTo[], next: string | null }} */ (
    await api.get(`/subscribe/${encodeURIComponent(id)}/deliveries`, { query: { limit: 50, after }, signal })
  )
  const rows = deliveries.map((delivery) => ({
    ...mailLook(delivery.status),
    at: Date.parse(delivery.updated_at),
    key: `delivery ${delivery.campaign_id}`,
    word: fileOf(delivery)
      ? 'Campaign written to the outbox'
      : `Campaign ${mailLook(delivery.status).word.toLowerCase()}`,
    text: titleOf(delivery.subject),
    address: `/dashboard/campaigns/${delivery.campaign_id}`,
    details: [
      fileOf(delivery) ?? delivery.reason,
      delivery.due_at &&
        delivery.status === 'deferred' &&
        `next try ${fullTime(Date.parse(delivery.due_at))}`,
    ].filter((line) => typeof line === 'string'),
  }))
  return { rows, next }
}

/** @param {Subscriber} subscriber @param {Suppression | null} suppression @returns {Moment[]} */
function consentOf({ created_at: created, updated_at: changed, subscribed, suppressed }, suppression) {
  const plainly = { text: '', details: [] }
  const came = {
    ...plainly,
    at: Date.parse(created),
    key: 'came',
    icon: 'people',
    word: subscribed ? 'Joined the list' : 'Added to the list',
  }
  /** @type {Moment[]} */
  const moments = [came]
  // The hub tells when the person was last changed: who is out now has been so since then, if not longer.
  if (!subscribed && suppressed?.reason !== 'unsubscribe' && changed !== created)
    moments.push({
      ...plainly,
      at: Date.parse(changed),
      key: 'left',
      icon: 'unsubscribed',
      word: 'Not subscribed, since this date or earlier',
      details: ['Has left, or never confirmed'],
    })
  if (!suppressed) return moments
  const { word, icon, tone } = lookOfReason(suppressed.reason)
  moments.push({
    ...plainly,
    at: Date.parse(suppressed.since),
    key: 'suppressed',
    icon,
    tone,
    word: `Suppressed: ${word.toLowerCase()}`,
    details: suppression ? [sourceWords(suppression.source)] : [],
  })
  return moments
}
