// The keys, in a dialog; and the switch for whoever has other uses for single keys (WCAG 2.1.4).
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { areKeysOff, KEYS_HELP, turnKeysOff } from '../ground/keys.js'
import { areSummariesMuted, muteSummaries } from './announcer.js'
import { Icon } from '../parts/icon.js'

/** @param {{ onClose: () => void }} props */
export function Help({ onClose }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  const [off, setOff] = useState(areKeysOff())
  useEffect(() => dialog.current?.showModal(), [])
  const [muted, setMuted] = useState(areSummariesMuted())
  const mute = () => {
    muteSummaries(!muted)
    setMuted(!muted)
  }
  const change = () => {
    turnKeysOff(!off)
    setOff(!off)
  }
  return html`
    <dialog class="help" ref=${dialog} onClose=${onClose} aria-labelledby="help-title">
      <form method="dialog" class="dialog-head">
        <h2 id="help-title">Keyboard shortcuts</h2>
        <button class="quiet" aria-label="Close"><${Icon} name="close" /></button>
      </form>
      <dl class="keys">
        ${KEYS_HELP.map(
          ([keys, what]) => html`
            <div>
              <dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd>`)}</dt>
              <dd>${what}</dd>
            </div>
          `,
        )}
      </dl>
      <label class="switch"
        ><input type="checkbox" checked=${!off} onChange=${change} /> Single-key shortcuts</label
      >
      <label class="switch"
        ><input type="checkbox" checked=${!muted} onChange=${mute} /> Announce new events to screen
        readers</label
      >
    </dialog>
  `
}
