// What is about to be sent, whichever view one is in: the seconds to undo it; and why it did not start.
/** @import { App } from '../main.js' */
/** @import { Send } from '../campaigns/sends.js' */
import { html, useEffect } from '../vendor/htm.js'
import { counted, titleOf } from '../ground/words.js'
import { useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Undo } from './undo.js'

/** @param {{ app: App }} props */
export function PendingSends({ app }) {
  const { sends } = useStore(app.sends.store)
  if (sends.length === 0) return null
  return html`<aside class="sends" aria-label="About to be sent">
    ${sends.map((send) => html`<${Pending} key=${send.id} app=${app} send=${send} />`)}
  </aside>`
}

/** @param {{ app: App, send: Send }} props */
function Pending({ app, send }) {
  const { id, subject, recipients, state, problem } = send
  const told = useStore(app.campaigns.store).campaigns.get(id)
  // The answer was lost, and it has started all the same.
  useEffect(() => {
    if (state === 'failed' && told?.started_at) app.sends.drop(id)
  }, [state, told])
  const undo = () => {
    app.sends.drop(id)
    app.say('Undone: nothing was sent')
  }
  if (state === 'waiting')
    return html`<${Undo}
      what=${`Sending “${titleOf(subject)}” to ${counted(recipients, 'person', 'people')}`}
      onTime=${() => app.sends.start(id)}
      onUndo=${undo}
    />`
  if (state === 'starting') return html`<p class="undo" role="status">Starting “${titleOf(subject)}”…</p>`
  return html`
    <p class="undo" role="alert">
      <span><${Icon} name="problem" tone="red" /> “${titleOf(subject)}”: ${problem}</span>
      <button type="button" class="plain" onClick=${() => app.sends.start(id)}>Try again</button>
      <button type="button" class="plain" onClick=${() => app.sends.drop(id)}>Keep it as a draft</button>
    </p>
  `
}
