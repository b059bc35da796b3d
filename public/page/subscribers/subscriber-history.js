// All that happened with a subscriber, the newest first: campaigns, events, and how they came and left.
/** @import { App } from '../main.js' */
/** @import { DeliveryTo, Subscriber, Suppression } from './types.d.ts' */
/** @import { EventsPage, StoredEvent } from '../types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { detailsOf, storedRow } from '../events/facts.js'
import { mailLook } from '../campaigns/words.js'
import { mergeHistory } from '../lists/history.js'
import { lookOf } from '../events/kinds.js'
import { timeOf } from '../events/message/story.js'
import { lookOfReason, sourceWords } from './words.js'
import { count, fullTime, plain, titleOf } from '../ground/words.js'
import { Failed, Old, Waiting } from '../parts/asked.js'
import { useQuestion } from '../parts/hooks.js'
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
 *
 * @typedef {{ moments: readonly Moment[], next: string | null }} Page
 */

/** @param {{ app: App, subscriber: Subscriber, suppression: Suppression | null }} props */
export function SubscriberHistory({ app, subscriber, suppression }) {
  const { id, email } = subscriber
  const campaigns = useSource(app, (place, signal) => readDeliveries(app, id, place, signal), [id])
  const events = useSource(app, (place, signal) => readEvents(app, email, place, signal), [email])
  const consent = { moments: consentOf(subscriber, suppression), next: null }
  const sources = [campaigns, events]
  const there = sources.filter(({ page }) => page !== undefined)
  const pages = there.map(({ page }) => /** @type {Page} */ (page))
  const { moments, behind } = mergeHistory([...pages, consent])
  const last = behind === null ? undefined : there[behind]
  return html`
    <section class="history">
      <h2>History</h2>
      ${
        sources.some(({ answer }) => answer.state === 'asking')
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

/**
 * A part of the history, page by page.
 * @param {App} app @param {(place: string | undefined, signal: AbortSignal) => Promise<Page>} read
 * @param {readonly unknown[]} inputs
 */
function useSource({ asking }, read, inputs) {
  const [answer, again] = useQuestion(asking, (signal) => read(undefined, signal), inputs)
  const [{ first, older, busy, problem }, setOlder] = useState(
    /** @type {{ first: Page | undefined, older: Page, busy: boolean, problem: string }} */ ({
      first: undefined,
      older: { moments: [], next: null },
      busy: false,
      problem: '',
    }),
  )
  // Read on from another beginning: what was older then does not follow.
  const follows = first === answer.value
  const page =
    answer.value &&
    (follows ? { moments: [...answer.value.moments, ...older.moments], next: older.next } : answer.value)
  const more = async () => {
    if (busy) return
    const before = follows ? older : { moments: [], next: answer.value?.next ?? null }
    const kept = { first: answer.value, older: before }
    setOlder({ ...kept, busy: true, problem: '' })
    try {
      const { moments, next } = await read(before.next ?? undefined, AbortSignal.timeout(30_000))
      setOlder({
        first: answer.value,
        older: { moments: [...before.moments, ...moments], next },
        busy: false,
        problem: '',
      })
    } catch (error) {
      setOlder({ ...kept, busy: false, problem: problemOf(error) })
    }
  }
  return { answer, again, page, more, busy, problem }
}

/** @param {{ source: ReturnType<typeof useSource>, what: string }} props */
function Standing({ source: { answer, again }, what }) {
  if (answer.state === 'old') return html`<${Old} of=${answer} again=${again} />`
  if (answer.state === 'failed')
    return html`<${Failed}
      what=${what}
      problem=${answer.problem}
      again=${answer.final ? undefined : again}
    />`
  return null
}

/** @param {{ source: ReturnType<typeof useSource> }} props */
function Older({ source: { more, busy, problem } }) {
  return html`
    <p class="older">
      <button type="button" class="plain" aria-disabled=${busy} onClick=${more}>
        ${problem ? 'Try again' : 'Show older'}
      </button>
      ${problem && html`<span class="wrong" role="alert">The rest could not be read: ${problem}</span>`}
    </p>
  `
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
  return { moments: events.map(momentOf), next }
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
  const moments = deliveries.map((delivery) => ({
    ...mailLook(delivery.status),
    at: Date.parse(delivery.updated_at),
    key: `delivery ${delivery.campaign_id}`,
    word: `Campaign ${mailLook(delivery.status).word.toLowerCase()}`,
    text: titleOf(delivery.subject),
    address: `/dashboard/campaigns/${delivery.campaign_id}`,
    details: [
      delivery.reason,
      delivery.due_at &&
        delivery.status === 'deferred' &&
        `next try ${fullTime(Date.parse(delivery.due_at))}`,
    ].filter((line) => typeof line === 'string'),
  }))
  return { moments, next }
}

/** @param {Subscriber} subscriber @param {Suppression | null} suppression @returns {Moment[]} */
function consentOf({ created_at: created, suppressed }, suppression) {
  const came = {
    at: Date.parse(created),
    key: 'came',
    icon: 'people',
    word: 'Joined the list',
    text: '',
    details: [],
  }
  if (!suppressed) return [came]
  const { word, icon, tone } = lookOfReason(suppressed.reason)
  const details = suppression ? [sourceWords(suppression.source)] : []
  const at = Date.parse(suppressed.since)
  return [
    {
      at,
      key: 'suppressed',
      icon,
      tone,
      word: `No mail from here on: ${word.toLowerCase()}`,
      text: '',
      details,
    },
    came,
  ]
}
