// What is known of one mail: its story first, then the raw JSON of whichever step one points at.
/** @import { App } from '../../main.js' */
/** @import { EventRow, Filter } from '../../types.d.ts' */
import { html, useEffect, useRef, useState } from '../../vendor/htm.js'
import { previous } from '../feed/cursor.js'
import { storedRow } from '../facts.js'
import { timeOf } from './story.js'
import { count, fullTime, plain, timeZone } from '../../ground/words.js'
import { ApiError } from '../../ground/api.js'
import { Failed, Old, Waiting } from '../../parts/asked.js'
import { breakable } from '../../parts/breakable.js'
import { useCampaignName } from '../../campaigns/use-name.js'
import { useQuestion, useStore } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { RawEvent } from './raw-event.js'
import { Timeline } from './timeline.js'

/** Events of a busy message come in bursts: it is read again once they have settled. */
const SETTLE_MS = 300
const MOST_TAGS = 8

/**
 * @param {object} props
 * @param {App} props.app
 * @param {string | null} props.id the message
 * @param {string | null} props.event the cursor of one event
 * @param {EventRow | null} props.row what the list knows already
 * @param {(change: Partial<Filter>) => void} props.onFilter
 * @param {() => void} props.onClose
 */
export function Inspector({ app, id, event, row, onFilter, onClose }) {
  const [answer, again] = useStory(app, id, event)
  const known = row && (id ? row.messageId === id : row.cursor === event) ? row : null
  const steps = answer.value ?? (known ? [known] : [])
  const [pointed, setPointed] = useState(/** @type {string | null} */ (event))
  useEffect(() => setPointed(event), [event])
  const chosen = steps.find((step) => step.cursor === pointed) ?? steps.at(-1)
  const subject = steps.find((step) => step.subject)?.subject
  const heading = useRef(/** @type {HTMLElement | null} */ (null))
  const title = plain(subject ?? (chosen ? 'No subject' : 'Message'))
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  useEffect(() => app.title.set({ view: title }), [title])
  return html`
    <aside class="inspector" aria-label="The chosen event">
      <header>
        <h2 tabindex="-1" ref=${heading}><bdi>${title}</bdi></h2>
        <button type="button" class="quiet" aria-label="Close" onClick=${onClose}>
          <${Icon} name="close" />
        </button>
      </header>
      <div class="inside">
        ${chosen && html`<${Marks} app=${app} row=${chosen} onFilter=${onFilter} />`}
        ${answer.state === 'old' && html`<${Old} of=${answer} again=${again} />`}
        ${answer.state === 'failed' && (answer.missing ? html`<${NotKept} id=${id} />` : html`<${Failed} of=${answer} what="the timeline" again=${again} />`)}
        ${answer.state === 'asking' && html`<${Waiting} what="the timeline" />`}
        ${
          chosen &&
          html`<${Timeline}
              steps=${steps}
              chosen=${chosen}
              now=${app.api.now()}
              onChoose=${(/** @type {EventRow} */ { cursor }) => setPointed(cursor)}
            />
            <${RawEvent} key=${chosen.cursor} app=${app} cursor=${chosen.cursor} />`
        }
      </div>
    </aside>
  `
}

/** The address may be an old one, or that of a mail which nothing has been told of yet. @param {{ id: string | null }} props */
function NotKept({ id }) {
  return html`
    <div class="asked" role="status">
      <p>
        <span>
          ${id === null ? 'This event is not kept.' : html`No event of the message <bdi class="mono">${plain(id)}</bdi> is kept.`}${' '}
          ${id === null ? 'It was erased, or is older than the history' : 'None has come yet, or all are older than the history'}.
        </span>
      </p>
      ${id !== null && html`<p>What comes from now on will show up here.</p>`}
      <p><a href="/" data-view>Show all events</a></p>
    </div>
  `
}

/**
 * All events of a mail, the oldest first; or the one event that belongs to none.
 * @param {App} app @param {string | null} id @param {string | null} event
 */
function useStory({ api, asking, feed }, id, event) {
  const { touched } = useStore(feed.store)
  const seen = useRef(touched)
  const asked = useQuestion(
    asking,
    async (signal) => {
      if (id !== null) return (await api.message(id, signal)).events.map(storedRow)
      const { events } = await api.events({ limit: 1, after: previous(event ?? '') }, signal)
      if (events[0]?.cursor !== event) throw new ApiError(404, 'event.not_found', 'There is no such event')
      return events.map(storedRow)
    },
    [id, id === null && event],
  )
  useEffect(() => {
    feed.watch(id)
    return () => feed.watch(null)
  }, [id])
  useEffect(() => {
    if (touched === seen.current) return
    seen.current = touched
    const timer = setTimeout(asked[1], SETTLE_MS)
    return () => clearTimeout(timer)
  }, [touched])
  return asked
}

/** @param {{ app: App, row: EventRow, onFilter: (change: Partial<Filter>) => void }} props */
function Marks({ app, row, onFilter }) {
  const at = timeOf(row)
  const only = (/** @type {Partial<Filter>} */ part, /** @type {string} */ value) => html`
    <button type="button" class="link" title="Show only these" onClick=${() => onFilter(part)}>
      <bdi>${breakable(plain(value))}</bdi>
    </button>
  `
  /** @type {[string, unknown][]} */
  const marks = [
    ['When', html`<time>${fullTime(at)}</time> ${timeZone(at)}`],
    [
      'Recipient',
      row.email &&
        html`${only({ email: row.email }, row.email)} <${SubscriberLink} app=${app} email=${row.email} />`,
    ],
    ['From', row.sender && html`<bdi>${plain(row.sender)}</bdi>`],
    ['Campaign', row.campaignId && html`<${CampaignLink} app=${app} id=${row.campaignId} />`],
    [
      row.tags.length > 1 ? 'Tags' : 'Tag',
      row.tags.length > 0 &&
        html`<${Some}
          values=${row.tags}
          most=${MOST_TAGS}
          show=${(/** @type {string} */ tag) => only({ tag }, tag)}
        />`,
    ],
    ['Subaccount', row.subaccount && only({ subaccount: row.subaccount }, row.subaccount)],
    ['Link', row.url && only({ url: row.url }, row.url)],
    ['Message', row.messageId && html`<bdi class="mono">${plain(row.messageId)}</bdi>`],
  ]
  return html`
    <dl class="marks">
      ${marks.map(
        ([word, value]) =>
          value &&
          html`<div>
            <dt>${word}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  `
}

/** The first of many: what happened to the mail stands below them. @param {{ values: readonly string[], most: number, show: (value: string) => unknown }} props */
function Some({ values, most, show }) {
  const [all, setAll] = useState(false)
  const shown = all ? values : values.slice(0, most)
  const rest = values.length - shown.length
  return html`<span class="tags">
    ${shown.map(show)}
    ${rest > 0 && html`<button type="button" class="link" onClick=${() => setAll(true)}>${count(rest)} more</button>`}
  </span>`
}

/** Not everybody whom a mail went to is on the list. @param {{ app: App, email: string }} props */
function SubscriberLink({ app: { api, asking }, email }) {
  const [{ state, value }] = useQuestion(
    asking,
    (signal) => api.get('/subscribe', { query: { email, limit: 1 }, signal }),
    [email],
  )
  if (state === 'asking') return html`<span class="hint">Subscriber</span>`
  return value?.count === 0
    ? html`<span class="hint">not on the list</span>`
    : html`<a href=${`/dashboard/subscribers/${encodeURIComponent(email)}`} data-view>Subscriber</a>`
}

/** @param {{ app: App, id: string }} props */
function CampaignLink({ app, id }) {
  const name = useCampaignName(app, id)
  return html`<a href=${`/dashboard/campaigns/${encodeURIComponent(id)}`} data-view><bdi>${name}</bdi></a>`
}
