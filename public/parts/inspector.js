// What is known of one mail: its story first, then the raw JSON of whichever step one points at.
/** @import { App } from '../main.js' */
/** @import { EventRow, Filter } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { previous } from '../model/cursor.js'
import { marksOf, storedRow } from '../model/facts.js'
import { ALL } from '../model/filter.js'
import { plain, plainJson } from '../model/words.js'
import { ApiError } from '../api.js'
import { Failed, Old, Waiting } from './asked.js'
import { CopyButton } from './copy-button.js'
import { useQuestion, useStore } from './hooks.js'
import { Icon } from './icon.js'
import { RawJson } from './raw-json.js'
import { Timeline } from './timeline.js'

/** Events of a busy message come in bursts: it is read again once they have settled. */
const SETTLE_MS = 300

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
        ${chosen && html`<${Marks} row=${chosen} onFilter=${onFilter} />`}
        ${answer.state === 'old' && html`<${Old} of=${answer} again=${again} />`}
        ${
          answer.state === 'failed' &&
          html`<${Failed}
            what="what happened to this mail"
            problem=${answer.problem}
            again=${answer.final ? undefined : again}
          />`
        }
        ${answer.state === 'asking' && html`<${Waiting} what="what happened to this mail" />`}
        ${
          chosen &&
          html`<${Timeline}
              steps=${steps}
              chosen=${chosen}
              onChoose=${(/** @type {EventRow} */ { cursor }) => setPointed(cursor)}
            />
            <${Raw} row=${chosen} />`
        }
      </div>
    </aside>
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
      const { events } = await api.events(ALL, { limit: 1, after: previous(event ?? '') }, signal)
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

/** @param {{ row: EventRow, onFilter: (change: Partial<Filter>) => void }} props */
function Marks({ row, onFilter }) {
  const { tags, campaign } = marksOf(row.data)
  const marks = [
    ...(row.email ? [{ field: 'email', word: 'Recipient', value: row.email }] : []),
    ...tags.map((tag) => ({ field: 'tag', word: 'Tag', value: tag })),
    ...(campaign ? [{ field: 'campaign', word: 'Campaign', value: campaign }] : []),
  ]
  return html`
    <dl class="marks">
      ${marks.map(
        ({ field, word, value }) => html`
          <div>
            <dt>${word}</dt>
            <dd>
              <button
                type="button"
                class="link"
                title="Show only these"
                onClick=${() => onFilter({ [field]: value })}
              >
                <bdi>${plain(value)}</bdi>
              </button>
            </dd>
          </div>
        `,
      )}
      ${
        row.messageId &&
        html`<div>
          <dt>Message</dt>
          <dd><bdi class="mono">${plain(row.messageId)}</bdi></dd>
        </div>`
      }
    </dl>
  `
}

/** @param {{ row: EventRow }} props */
function Raw({ row }) {
  const text = plainJson(JSON.stringify(row.data, null, 2))
  return html`
    <section class="raw" aria-label="Raw event">
      <header>
        <h3>As Mandrill sent it</h3>
        <${CopyButton} text=${text} what="the JSON" />
      </header>
      <${RawJson} text=${text} />
    </section>
  `
}
