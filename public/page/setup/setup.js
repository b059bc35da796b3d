// Set-up: a checklist that ticks itself, then what went wrong: refused webhooks, quarantine; and how the hub stands.
/** @import { App } from '../main.js' */
/** @import { Setup } from '../types.d.ts' */
import { html, useEffect, useRef } from '../vendor/htm.js'
import { ago } from '../ground/words.js'
import { Asked } from '../parts/asked.js'
import { Boundary } from '../parts/boundary.js'
import { isOwnMachine, SampleButton, Unreachable, WebhookUrl } from './first-step.js'
import { useNow, usePatience, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { useSource } from '../lists/older.js'
import { QuarantineList, readQuarantine } from './quarantine-list.js'
import { Reconcile } from './reconcile.js'
import { Notes, Refused } from './notes.js'
import { Standing, Stores } from './standing.js'
import { SignOut } from '../frame/sign-in.js'

/** @param {{ app: App }} props */
export function SetupView({ app }) {
  const answer = useStore(app.setup.store)
  const amount = answer.value?.quarantine
  const entries = useSource(app, (before, signal) => readQuarantine(app, before, signal), [])
  useEffect(() => {
    app.title.set({ view: 'Set-up' })
  }, [])
  const told = useRef(amount)
  useEffect(() => {
    const { page, answer } = entries
    if (told.current === amount) return
    // What is told first was there when they were read, unless another number was.
    const isOther = told.current !== undefined || (page?.next === null && page.rows.length !== amount)
    told.current = amount
    // Whoever reads older ones is left alone.
    if (isOther && page === answer.value) entries.again()
  }, [amount])
  const isPatient = usePatience()
  const shown = isPatient && entries.answer.state === 'asking' ? entries.answer : answer
  return html`
    <div class="setup">
      <h1>Set-up</h1>
      <${Asked} of=${shown} what="the set-up" again=${app.setup.ask}>
        ${(/** @type {Setup} */ setup) => html`
          <${Boundary} what="The checklist"><${Checklist} app=${app} setup=${setup} /><//>
          <${Boundary} what="The list of notes"><${Notes} setup=${setup} /><//>
          <${Boundary} what="The list of refusals"><${Refused} app=${app} setup=${setup} /><//>
          ${
            setup.quarantine > 0 &&
            html`<${Boundary} what="The quarantine">
              <${QuarantineList} app=${app} source=${entries} total=${setup.quarantine} />
            <//>`
          }
          <${Boundary} what="The state of the hub"><${Standing} setup=${setup} /><//>
          <${Boundary} what="The comparison"><${Reconcile} app=${app} /><//>
        `}
      <//>
      ${shown.state === 'failed' && html`<${Stores} app=${app} />`}
      ${shown.state !== 'asking' && html`<${Ways} app=${app} />`}
    </div>
  `
}

/** @param {{ app: App, setup: Setup }} props */
function Checklist({ app, setup }) {
  const now = useNow(app.api.now)
  const since = (/** @type {string | null} */ at) => (at ? ago(Date.parse(at), now) : '')
  // Without a key, an event was sent by hand.
  const connected = setup.first_event_at !== null && setup.keys > 0
  return html`
    <ol class="checklist">
      <${Step} done=${setup.probe_seen_at !== null || connected} title="Add the webhook in Mandrill">
        <p>
          Settings → Webhooks → Add a Webhook, with exactly this URL. Select every event that you want to see.
        </p>
        ${setup.webhook_urls.map((url) => html`<${WebhookUrl} url=${url} />`)}
        ${!connected && setup.webhook_urls.some(isOwnMachine) && html`<${Unreachable} />`}
      <//>
      <${Step}
        done=${setup.probe_seen_at !== null || connected}
        title="Receive Mandrill’s probe"
        state=${since(setup.probe_seen_at)}
      >
        ${
          !setup.probe_seen_at &&
          connected &&
          html`<p>Not since this hub started, but events have arrived.</p>`
        }
        ${
          !setup.probe_seen_at &&
          !connected &&
          html`<p>
            Mandrill sends an empty signed batch when the webhook is saved. It must reach this hub from the
            internet.
          </p>`
        }
      <//>
      <${Step}
        done=${setup.keys > 0}
        title="Set the webhook’s key"
        state=${setup.keys > 1 ? `${setup.keys} keys` : ''}
      >
        ${
          setup.keys === 0 &&
          html`<p>
            Mandrill shows the key in its list of webhooks. Put it into <code>MANDRILL_WEBHOOK_KEYS</code> and
            restart the hub. Until then Mandrill keeps its events and tries again.
          </p>`
        }
      <//>
      <${Step} done=${connected} title="Receive the first event" state=${since(setup.first_event_at)}>
        ${
          !connected &&
          html`<p>Send a mail through Mandrill, or try the page with a made-up mail:</p>
            <p class="sample">
              <${SampleButton}
                app=${app}
                said=${html`On its way: <a href="/" data-view>watch it in Live</a>`}
              />
            </p>`
        }
      <//>
    </ol>
  `
}

/** @param {{ done: boolean, title: string, state?: string, children?: unknown }} props */
function Step({ done, title, state = '', children }) {
  return html`
    <li class=${done ? 'done' : ''}>
      <${Icon} name=${done ? 'check' : 'open'} tone=${done ? 'green' : 'grey'} />
      <div>
        <h2>${title}<span class="unseen">${done ? ': done' : ': not yet'}</span></h2>
        ${children}
      </div>
      <span class="step-state">${state}</span>
    </li>
  `
}

/** What the rail has at its foot, where there is no rail. @param {{ app: App }} props */
function Ways({ app }) {
  return html`
    <div class="ways">
      <a href="/doc">API</a>
      <button type="button" class="plain" onClick=${() => app.help()}>Shortcuts</button>
      <${SignOut} app=${app} class="plain">Sign out<//>
    </div>
  `
}
