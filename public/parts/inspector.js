// What is known of one event: its mail's story first, then the raw JSON of whichever step one points at.
/** @import { Api } from '../api.js' */
/** @import { LiveFeed } from '../live-feed.js' */
/** @import { EventRow, Filter } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { marksOf, storedRow } from '../model/facts.js'
import { plain, plainJson } from '../model/words.js'
import { CopyButton } from './copy-button.js'
import { useStore } from './hooks.js'
import { Icon } from './icon.js'
import { RawJson } from './raw-json.js'
import { Timeline } from './timeline.js'

/** Events of a busy message come in bursts: it is read again once they have settled. */
const SETTLE_MS = 300

/**
 * @param {object} props
 * @param {Api} props.api
 * @param {LiveFeed} props.feed
 * @param {EventRow} props.row
 * @param {(change: Partial<Filter>) => void} props.onFilter
 * @param {() => void} props.onClose
 * @param {{ current: HTMLElement | null }} props.heading
 */
export function Inspector({ api, feed, row, onFilter, onClose, heading }) {
  const steps = useSteps(api, feed, row)
  const [chosen, setChosen] = useState(row)
  useEffect(() => setChosen(row), [row])
  const subject = row.subject ?? steps.find((step) => step.subject)?.subject
  return html`
    <aside class="inspector" aria-label="The chosen event">
      <header>
        <h2 tabindex="-1" ref=${heading}><bdi>${plain(subject ?? 'No subject')}</bdi></h2>
        <button type="button" class="quiet" aria-label="Close" onClick=${onClose}>
          <${Icon} name="close" />
        </button>
      </header>
      <div class="inside">
        <${Marks} row=${row} onFilter=${onFilter} />
        <${Timeline} steps=${steps} chosen=${chosen} onChoose=${setChosen} />
        <${Raw} row=${chosen} />
      </div>
    </aside>
  `
}

/**
 * All events of the row's mail, the oldest first; at first, and for an event of no mail, the row alone.
 * @param {Api} api @param {LiveFeed} feed @param {EventRow} row
 */
function useSteps(api, feed, row) {
  const { touched } = useStore(feed.store)
  const [steps, setSteps] = useState([row])
  const id = row.messageId
  const shown = useRef(/** @type {string | null} */ (null))
  useEffect(() => {
    feed.watch(id)
    return () => feed.watch(null)
  }, [id])
  useEffect(() => {
    const same = id !== null && shown.current === id
    shown.current = id
    if (!same) setSteps([row])
    if (id === null) return
    let current = true
    const read = () =>
      api.message(id).then(
        ({ events }) => current && setSteps(events.map(storedRow)),
        () => {},
      )
    const timer = setTimeout(read, same ? SETTLE_MS : 0)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [id, row, touched])
  return steps
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
