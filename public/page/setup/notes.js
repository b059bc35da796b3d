// What is wrong or merely provisional in the set-up: each with its cause and what to do about it.
/** @import { App } from '../main.js' */
/** @import { Setup } from '../types.d.ts' */
import { html } from '../vendor/htm.js'
import { seeRefusals, unseenRefusals } from './problems.js'
import { ago, bytes, count, fullTime } from '../ground/words.js'
import { useNow } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'

/** Part of the disk. */
const LEAST_FREE = 0.05

/** @typedef {{ grave: boolean, title: string, text: unknown }} Note */

/** @param {Setup} setup @returns {Note[]} */
function notesOf(setup) {
  /** @type {Note[]} */
  const notes = []
  if (setup.webhooks_silent) {
    const minutes = Math.floor(setup.silent_seconds / 60)
    const text = 'See Settings → Webhooks in Mandrill: it disables a webhook that fails too often.'
    notes.push({
      grave: true,
      title: `Mails go out, and no webhook has come for ${count(minutes)} minutes`,
      text,
    })
  }
  if (setup.sender_problem)
    notes.push({ grave: true, title: 'Campaigns cannot start', text: `${setup.sender_problem}.` })
  if (setup.sender_doubt) {
    const text = html`If the server of <code>SMTP_URL</code> passes mails on: ${setup.sender_doubt}.`
    notes.push({ grave: false, title: 'Mails go to a server on this machine', text })
  }
  const sends = (/** @type {{ role: string, silent?: boolean }} */ { role, silent }) =>
    role !== 'web' && !silent
  if (![setup.process, ...setup.other_processes].some(sends))
    notes.push({
      grave: true,
      title: 'No process sends mails',
      text: html`This one only receives. Start another with <code>ROLE=worker</code>.`,
    })
  if (setup.disk.free < LEAST_FREE * setup.disk.size)
    notes.push({
      grave: true,
      title: `Only ${bytes(setup.disk.free)} of the disk is free`,
      text: 'A hub that cannot store an event refuses it. Mandrill keeps it for a while, and tries again.',
    })
  if (setup.transport === 'outbox') {
    const text = html`Without <code>SMTP_URL</code> each mail is written to a file, and nobody gets it.`
    notes.push({ grave: false, title: 'Mails go to the outbox', text })
  }
  if (setup.auth === 'off') {
    const text = html`Set <code>AUTH=on</code> before anybody else can reach this machine.`
    notes.push({ grave: false, title: 'Anybody on this machine can do everything', text })
  }
  if (setup.unknown_proxy) {
    const text = html`${setup.unknown_proxy} forwards requests and is not in <code>TRUST_PROXY</code>: all
      clients behind it count as one.`
    notes.push({ grave: false, title: 'A proxy that the hub does not know', text })
  }
  if (setup.subaccounts.length > 0) {
    const text = `Only events of ${setup.subaccounts.join(', ')} change subscribers. Others are stored and shown.`
    notes.push({ grave: false, title: 'Only some subaccounts count', text })
  }
  return notes
}

/** @param {{ setup: Setup }} props */
export function Notes({ setup }) {
  const notes = notesOf(setup)
  if (notes.length === 0) return null
  return html`
    <section>
      <h2>Notes</h2>
      <ul class="entries">
        ${notes.map(
          ({ grave, title, text }) => html`
            <li key=${title}>
              <${Icon} name=${grave ? 'problem' : 'note'} tone=${grave ? 'red' : 'amber'} />
              <div>
                <strong>${title}</strong>
                <p>${text}</p>
              </div>
            </li>
          `,
        )}
      </ul>
    </section>
  `
}

/** @param {{ app: App, setup: Setup }} props */
export function Refused({ app, setup }) {
  const now = useNow(app.api.now)
  const refused = unseenRefusals(setup)
  if (refused.length === 0) return null
  const see = () => {
    seeRefusals(setup)
    app.setup.put({ ...setup })
  }
  return html`
    <section>
      <h2>Refused webhooks</h2>
      <p>
        The first one that is accepted clears this list. Mandrill keeps what was refused, and tries again.
      </p>
      <ul class="entries">
        ${refused.map(
          ({ at, count: times, reason, hint }) => html`
            <li key=${reason}>
              <${Icon} name="problem" tone="red" />
              <div>
                <strong>${times > 1 ? `${capital(reason)} (${count(times)} times)` : capital(reason)}</strong>
                <p>
                  ${hint ?? 'The key or the URL differs from Mandrill’s: compare both, letter by letter'}.
                </p>
              </div>
              <time title=${fullTime(Date.parse(at))}>${ago(Date.parse(at), now)}</time>
            </li>
          `,
        )}
      </ul>
      <p class="ask"><button type="button" class="plain" onClick=${see}>Mark as seen</button></p>
    </section>
  `
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
