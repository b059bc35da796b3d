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
    const text = 'Check Settings → Webhooks in Mandrill: it disables a webhook that fails too often.'
    notes.push({
      grave: true,
      title: `Mails are going out, but no webhook has arrived for ${count(minutes)} minutes`,
      text,
    })
  }
  if (setup.sender_problem)
    notes.push({ grave: true, title: 'Campaigns cannot start', text: sentences(setup.sender_problem) })
  if (setup.sender_doubt) {
    const text = html`Fine for a trial. Before it sends mails to real people, fix this:
    ${sentences(setup.sender_doubt)}`
    notes.push({ grave: false, title: 'Mails go to a mail server on this machine', text })
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
      text: 'When the disk is full, the hub refuses events. Mandrill keeps them for a while and tries again.',
    })
  if (setup.transport === 'outbox') {
    const text = html`<code>SMTP_URL</code> is not set, so mails are written to files in${' '}
      <code>DATA_DIR/outbox</code>, and nobody gets them.`
    notes.push({ grave: false, title: 'Mails go to the outbox', text })
  }
  if (setup.auth === 'off') {
    const text = html`Set <code>AUTH=on</code> before others can reach this machine.`
    notes.push({ grave: false, title: 'Anybody on this machine can do everything', text })
  }
  if (setup.unknown_proxy) {
    const text = html`${setup.unknown_proxy} forwards requests but is not in <code>TRUST_PROXY</code>, so all
      clients behind it count as one.`
    notes.push({ grave: false, title: 'Unknown proxy', text })
  }
  if (setup.subaccounts.length > 0) {
    const text = `Only events of ${setup.subaccounts.join(', ')} change subscribers. Others are stored and shown.`
    notes.push({ grave: false, title: 'Only some subaccounts count', text })
  }
  return notes
}

/** What is wrong with several settings, a line each. @param {string} problems */
const sentences = (problems) =>
  problems.split('; ').map((problem) => html`<span class="one">${problem}.</span>`)

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
      <p>This list clears when a webhook is accepted. Mandrill keeps what was refused and tries again.</p>
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
