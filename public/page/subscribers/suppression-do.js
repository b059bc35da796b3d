// Adds a suppression, or shows one and lifts it.
/** @import { App } from '../main.js' */
/** @import { SuppressionRow } from './store.js' */
import { html, useState } from '../vendor/htm.js'
import { LIFTED, lookOfReason, REASON_WORDS, sourceWords } from './words.js'
import { fullTime, plain } from '../ground/words.js'
import { AddressField } from '../parts/field.js'
import { Question } from '../parts/question.js'

/** @param {{ app: App, onAdded: () => void, onClose: () => void }} props */
export function AddSuppression({ app, onAdded, onClose }) {
  const [email, setEmail] = useState('')
  const [reason, setReason] = useState('manual')
  const add = async () => {
    await app.api.post('/suppressions', { email: email.trim(), reason })
    app.say('Suppressed')
    onAdded()
  }
  return html`
    <${Question} title="Suppress an address" yes="Suppress" onYes=${add} onClose=${onClose}>
      <${AddressField} id="email" value=${email} onChange=${setEmail} />
      <div class="field">
        <label for="reason">Reason</label>
        <select
          id="reason"
          aria-describedby="reason-hint"
          value=${reason}
          onChange=${(/** @type {Event} */ { currentTarget }) =>
            setReason(/** @type {HTMLSelectElement} */ (currentTarget).value)}
        >
          ${REASON_WORDS.toReversed().map(({ reason: value, word }) => html`<option value=${value}>${word}</option>`)}
        </select>
        <p id="reason-hint" class="hint">${lookOfReason(reason).why}</p>
      </div>
    <//>
  `
}

/** @param {{ app: App, row: SuppressionRow, onLifted: () => void, onClose: () => void }} props */
export function OneSuppression({ app, row: { email, reason, source, since, until }, onLifted, onClose }) {
  const { word, why } = lookOfReason(reason)
  const facts = html`
    <p>
      <strong>${word}</strong>, ${plain(sourceWords(source))}, since ${fullTime(Date.parse(since))},${' '}
      ${until ? `until ${fullTime(Date.parse(until))}` : 'for good'}. ${why}
    </p>
  `
  if (email === null)
    return html`
      <${Question} title="An erased person" yes="Close" no="Back" onYes=${() => {}} onClose=${onClose}>
        ${facts}
        <p>
          Only a keyed hash of the address is kept. If you know the address, you can lift the suppression
          with${' '}
          <code>DELETE /suppressions/ADDRESS</code>.
        </p>
      <//>
    `
  const lift = async () => {
    await app.api.call('DELETE', `/suppressions/${encodeURIComponent(email)}`)
    app.say('Suppression lifted')
    onLifted()
  }
  return html`
    <${Question}
      title=${`Lift the suppression of ${plain(email)}?`}
      yes="Lift the suppression"
      onYes=${lift}
      onClose=${onClose}
    >
      ${facts}
      <p>${LIFTED[reason] ?? 'Mail may go there again.'} Lifting it does not subscribe anybody.</p>
      <p>
        <a href=${`/dashboard/subscribers/${encodeURIComponent(email)}`} data-view>Show the subscriber</a>
      </p>
    <//>
  `
}
