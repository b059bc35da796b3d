// Whether an event of Mandrill is missing: asked of Mandrill on demand, as that costs a call to its API.
/** @import { App } from '../main.js' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { ApiError } from '../ground/api.js'
import { count, counted, plain } from '../ground/words.js'
import { Icon } from '../parts/icon.js'

/** @typedef {{ verdict: 'complete' | 'missing' | 'unknown', sent: number, received: number, by_hand: number, missing: number, webhooks: readonly { id: number, url: string, events_sent: number, last_error: string | null }[] }} Reconciled */

const NO_KEY = 'no key'
const SET_KEY = html`Put Mandrill’s API key into <code>MANDRILL_API_KEY</code>, and restart the hub.`

/** @param {{ app: App }} props */
export function Reconcile({ app }) {
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState(/** @type {Reconciled | string | null} */ (null))
  const section = useRef(/** @type {HTMLElement | null} */ (null))
  // It stands last, and what it says may lie below what is in sight.
  useEffect(() => {
    if (said !== null) section.current?.scrollIntoView({ block: 'nearest' })
  }, [said])
  const ask = async () => {
    if (busy) return
    setBusy(true)
    try {
      setSaid(await app.api.get('/api/reconcile', { limitMs: 60_000 }))
    } catch (error) {
      const noKey = error instanceof ApiError && error.code === 'reconcile.no_key'
      setSaid(noKey ? NO_KEY : problemOf(error))
    }
    setBusy(false)
  }
  return html`
    <section ref=${section}>
      <h2>Is anything missing?</h2>
      <p>Compares how many events Mandrill says it has sent with what has arrived.</p>
      <p class="ask">
        <button type="button" class="plain" aria-disabled=${busy} onClick=${ask}>Ask Mandrill</button>
        <span role="status">${busy ? 'Asking…' : ''}</span>
      </p>
      ${typeof said === 'string' && html`<p class="verdict" role="alert">${said === NO_KEY ? SET_KEY : said}</p>`}
      ${said !== null && typeof said !== 'string' && html`<${Verdict} said=${said} />`}
    </section>
  `
}

/** @param {{ said: Reconciled }} props */
function Verdict({ said: { verdict, sent, received, by_hand: byHand, missing, webhooks } }) {
  const words = {
    complete: `Complete: Mandrill has sent ${counted(sent, 'event')}, and ${sent === 1 ? 'it has' : 'all have'} arrived`,
    missing: `${counted(missing, 'event')} missing: Mandrill has sent ${count(sent)}, and ${count(received)} of them arrived`,
    unknown: 'Mandrill’s count cannot be compared: its webhook is older than this hub or has another URL',
  }
  const look = { complete: ['check', 'green'], missing: ['problem', 'red'], unknown: ['unknown', 'amber'] }[
    verdict
  ]
  return html`
    <p class="verdict" role="status"><${Icon} name=${look[0]} tone=${look[1]} /> ${words[verdict]}</p>
    ${byHand > 0 && html`<p>Not counted: ${counted(byHand, 'event')} from samples or posted with the token.</p>`}
    <ul class="entries">
      ${webhooks.map(
        ({ id, url, events_sent: amount, last_error: error }) => html`
          <li key=${id}>
            <${Icon} name=${error ? 'problem' : 'check'} tone=${error ? 'red' : 'green'} />
            <div><bdi>${plain(url)}</bdi>${error && html`<p>Last error: ${plain(error)}</p>`}</div>
            <span class="step-state">${counted(amount, 'event')}</span>
          </li>
        `,
      )}
    </ul>
  `
}
