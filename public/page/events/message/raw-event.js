// One event, byte for byte as its provider sent it: its beginning at once, all of it on demand.
/** @import { App } from '../../main.js' */
import { html } from '../../vendor/htm.js'
import { plainJson } from '../../ground/words.js'
import { Asked } from '../../parts/asked.js'
import { CopyButton } from '../../parts/copy-button.js'
import { useQuestion } from '../../parts/hooks.js'
import { inLines } from './in-lines.js'
import { RawJson } from './raw-json.js'

/** A mail that came in may have 20 MB. */
const MOST = 64 * 1024

/** @typedef {{ text: string, isWhole: boolean }} Beginning */

/** @param {{ app: App, cursor: string }} props */
export function RawEvent({ app: { api, asking }, cursor }) {
  const path = `/api/events/${cursor}`
  const [answer, again] = useQuestion(asking, (signal) => api.beginning(path, MOST, signal), [cursor])
  return html`
    <section class="raw" aria-label="Raw event">
      <header>
        <h3>As Mandrill sent it</h3>
        ${answer.value?.isWhole && html`<${CopyButton} text=${answer.value.text} what="the JSON" />`}
      </header>
      <${Asked} of=${answer} what="the event" again=${again}>
        ${(/** @type {Beginning} */ { text, isWhole }) => html`
          ${!isWhole && html`<p class="hint">Only the beginning is shown. <a href=${path} download=${`event-${cursor}.json`}>Download all of it</a></p>`}
          <${RawJson} text=${plainJson(isWhole ? inLines(text) : text)} />
        `}
      <//>
    </section>
  `
}
