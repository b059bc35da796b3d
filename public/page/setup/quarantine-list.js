// What was signed by Mandrill and could not be read: grouped by why, shown, and read again or discarded.
/** @import { App } from '../main.js' */
/** @import { Page, Source } from '../lists/older.js' */
/** @import { Quarantine } from '../types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { ApiError } from '../ground/api.js'
import { undoneOf } from '../ground/asking.js'
import { count, counted, fullTime, plain, plainJson } from '../ground/words.js'
import { Older } from '../lists/older.js'
import { Asked } from '../parts/asked.js'
import { Icon } from '../parts/icon.js'
import { Question } from '../parts/question.js'

/** @typedef {Quarantine['quarantine'][number]} Entry */

/** The API's reasons quote names in backticks. @param {string} reason */
const shown = (reason) => plain(reason).replaceAll(/`([^`]*)`/g, '“$1”')

/** What tells one from another before it is opened. */
const MOST_HINTED = 100
/** Longer texts are shown by their beginning. */
const MOST_SHOWN = 20_000

/** @param {App} app @param {string | undefined} before @param {AbortSignal} signal @returns {Promise<Page<Entry>>} */
export async function readQuarantine({ api }, before, signal) {
  const { quarantine: rows, next } = await api.quarantine(signal, { before })
  return { rows, next }
}

/** @param {{ app: App, source: Source<Entry>, total: number }} props */
export function QuarantineList({ app, source, total }) {
  const { api, setup } = app
  const { answer, again } = source
  const [discards, setDiscards] = useState(/** @type {string | null} */ (null))
  const changed = async () => {
    await again()
    await setup.ask()
  }
  return html`
    <section>
      <h2>Quarantine</h2>
      <p>
        Accepted, but not readable as events. They are kept here so that later events do not have to wait.
      </p>
      <${Asked} of=${answer} what="the quarantine" again=${again}>
        ${() => listed(/** @type {Page<Entry>} */ (source.page))}
      <//>
      ${
        discards !== null &&
        html`<${Question}
          title="Discard all of this kind?"
          yes="Discard"
          dangerous
          onYes=${async () => {
            await api.call('DELETE', '/api/quarantine', { query: { reason: discards } })
            app.say('Discarded')
            await changed()
          }}
          onClose=${() => setDiscards(null)}
        >
          <p>${shown(discards)}</p>
          <p>They cannot be fetched again: Mandrill considers them delivered.</p>
        <//>`
      }
    </section>
  `

  /** @param {Page<Entry>} page */
  function listed({ rows, next }) {
    return html`
      <ul class="entries">
        ${[...Map.groupBy(rows, ({ reason }) => reason)].map(
          ([reason, entries]) =>
            html`<${Group}
              key=${reason}
              app=${app}
              reason=${reason}
              entries=${entries}
              more=${next !== null}
              onChanged=${changed}
              onDiscard=${() => setDiscards(reason)}
            />`,
        )}
      </ul>
      ${
        next !== null &&
        html`<p class="hint">The newest ${count(rows.length)} of ${count(total)}.</p>
          <${Older} source=${source} />`
      }
    `
  }
}

/** @param {unknown} error */
function unlessGone(error) {
  if (!(error instanceof ApiError) || error.code !== 'quarantine.not_found') throw error
}

/** @param {{ app: App, reason: string, entries: readonly Entry[], more: boolean, onChanged: () => Promise<void>, onDiscard: () => void }} props */
function Group({ app, reason, entries, more, onChanged, onDiscard }) {
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const retry = async () => {
    if (busy) return
    setBusy(true)
    setSaid('')
    let read = 0
    try {
      // Also those that are not shown: what was read is gone, so the first page is another one each time.
      for (let rest = entries; rest.length > 0;) {
        for (const { id } of rest) {
          // Not there any more: an answer was lost, or somebody else was faster.
          await app.api.replay(id).catch(unlessGone)
          read += 1
        }
        rest = (await app.api.quarantine(undefined, { reason })).quarantine
      }
      app.say('Accepted')
    } catch (error) {
      setSaid(undoneOf(error))
    }
    if (read > 0) await onChanged()
    setBusy(false)
  }
  /** Each kind has the same: for whoever hears them, they say which. @param {string} word @param {() => unknown} onClick */
  const button = (word, onClick) =>
    html`<button
      type="button"
      class="plain"
      aria-label=${`${word}: ${shown(reason)}`}
      aria-disabled=${busy}
      onClick=${onClick}
    >
      ${word}
    </button>`
  return html`
    <li>
      <${Icon} name="unknown" tone="amber" />
      <div>
        <strong>${shown(reason)}</strong>${' '}
        ${counted(entries.length, 'entry', 'entries')}${more ? ' or more' : ''}
        ${entries.map(
          ({ id, received_at: at, data }) => html`
            <details key=${id}>
              <summary>
                <time>${fullTime(Date.parse(at))}</time><bdi>${plain(data.slice(0, MOST_HINTED))}</bdi>
              </summary>
              <pre class="json" tabindex="0" aria-label="What came">
${plainJson(data.slice(0, MOST_SHOWN))}</pre>
              ${data.length > MOST_SHOWN && html`<p>… and ${counted(data.length - MOST_SHOWN, 'character')} more</p>`}
            </details>
          `,
        )}
      </div>
      <div class="do">
        ${button('Retry', retry)} ${button('Discard', () => busy || onDiscard())}
        ${said && html`<span role="alert" class="wrong">${said}</span>`}
      </div>
    </li>
  `
}
