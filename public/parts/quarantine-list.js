// What was signed by Mandrill and could not be read: kept, shown, and read again on demand.
/** @import { Api } from '../api.js' */
/** @import { Quarantine } from '../types.d.ts' */
import { html, useEffect, useState } from '../vendor/htm.js'
import { fullTime, plainJson } from '../model/words.js'
import { Icon } from './icon.js'

/** @param {{ api: Api, amount: number, onReplayed: () => void }} props */
export function QuarantineList({ api, amount, onReplayed }) {
  const [entries, setEntries] = useState(/** @type {Quarantine['quarantine']} */ ([]))
  const [said, setSaid] = useState(/** @type {Record<string, string>} */ ({}))
  const read = () =>
    api.quarantine().then(
      ({ quarantine }) => setEntries(quarantine),
      () => {},
    )
  useEffect(() => {
    read()
  }, [amount])
  const replay = async (/** @type {string} */ id) => {
    try {
      await api.replay(id)
      await read()
      onReplayed()
    } catch (error) {
      setSaid({ ...said, [id]: error instanceof Error ? error.message : String(error) })
    }
  }
  if (entries.length === 0) return null
  return html`
    <section>
      <h2>Quarantine</h2>
      <p>
        Signed by Mandrill, but not readable as an event. Mandrill was told that all is well, so that nothing
        behind it waits.
      </p>
      <ul class="entries">
        ${entries.map(
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
      </ul>
    </section>
  `
}
