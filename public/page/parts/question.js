// A question before something is done that cannot be taken back: what will happen, and two buttons with verbs.
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { breakable } from './breakable.js'
import { undoneOf } from '../ground/asking.js'

/**
 * @param {object} props
 * @param {string} props.title the question
 * @param {string} props.yes the verb: "Send to 48,212"
 * @param {string} [props.no]
 * @param {boolean} [props.dangerous]
 * @param {() => unknown} props.onYes may be waited for; what it throws is shown, and the question stays
 * @param {() => void} props.onClose
 * @param {unknown} [props.after] what leads on from what it threw
 * @param {unknown} [props.children] what there is to know before one answers
 */
export function Question({ title, yes, no = 'Cancel', dangerous, onYes, onClose, after, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  const answer = async (/** @type {Event} */ event) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem('')
    try {
      await onYes()
      dialog.current?.close()
    } catch (error) {
      setProblem(undoneOf(error))
      setBusy(false)
    }
  }
  return html`
    <dialog
      class="question"
      ref=${dialog}
      onClose=${onClose}
      aria-labelledby="question-title"
      aria-describedby="question-body"
    >
      <form onSubmit=${answer}>
        <h2 id="question-title" title=${title}>${breakable(title)}</h2>
        <div id="question-body" class="question-body">${children}</div>
        ${problem && html`<p class="wrong" role="alert">${problem}</p>`}${problem && after}
        <p class="answers">
          <button type="button" class="plain" onClick=${() => dialog.current?.close()}>${no}</button>
          <button class=${dangerous ? 'main dangerous' : 'main'} aria-disabled=${busy}>${yes}</button>
        </p>
      </form>
    </dialog>
  `
}
