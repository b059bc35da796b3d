// What was signed by Mandrill and could not be read: kept, shown, and read again on demand.
/** @import { App } from '../main.js' */
import { html, useState } from '../vendor/htm.js'
import { problemOf } from '../asking.js'
import { fullTime, plainJson } from '../model/words.js'
import { Asked } from './asked.js'
import { useQuestion } from './hooks.js'
import { Icon } from './icon.js'

/** @param {{ app: App, amount: number }} props */
export function QuarantineList({ app: { api, asking, setup }, amount }) {
  const [answer, again] = useQuestion(asking, api.quarantine, [amount])
  const [said, setSaid] = useState(/** @type {Record<string, string>} */ ({}))
  const replay = async (/** @type {string} */ id) => {
    try {
      await api.replay(id)
      await again()
      setup.ask()
    } catch (error) {
      setSaid({ ...said, [id]: problemOf(error) })
    }
  }
  if (amount === 0) return null
  return html`
    <section>
      <h2>Quarantine</h2>
      <p>
        Signed by Mandrill, but not readable as an event. Mandrill was told that all is well, so that nothing
        behind it waits.
      </p>
      <${Asked} of=${answer} what="the quarantine" again=${again}>
        ${(/** @type {import('../types.d.ts').Quarantine} */ { quarantine }) =>
          html`<ul class="entries">
            ${quarantine.map(
              ({ id, received_at: at, reason, data }) => html`
                <li key=${id}>
                  <${Icon} name="unknown" tone="amber" />
                  <details>
                    <summary><strong>${reason}</strong><time>${fullTime(Date.parse(at))}</time></summary>
                    <pre class="json" tabindex="0" aria-label="What came">${plainJson(data)}</pre>
                  </details>
                  <div class="do">
                    <button type="button" class="plain" onClick=${() => replay(id)}>Read again</button>
                    ${said[id] && html`<span role="alert" class="wrong">${said[id]}</span>`}
                  </div>
                </li>
              `,
            )}
          </ul>`}
      <//>
    </section>
  `
}
