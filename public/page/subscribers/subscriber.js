// One subscriber: whether mail gets there and why not, what one can do about it, and all that happened, in one history.
/** @import { App } from '../main.js' */
/** @import { Subscriber, Suppression } from './types.d.ts' */
import { html, useEffect, useState } from '../vendor/htm.js'
import { lookOfReason, sourceWords, standingOf } from './words.js'
import { fullTime, plain } from '../ground/words.js'
import { breakable } from '../parts/breakable.js'
import { Asked } from '../parts/asked.js'
import { Boundary } from '../parts/boundary.js'
import { CopyButton } from '../parts/copy-button.js'
import { useQuestion } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Badge } from './common.js'
import { showChanged } from './store.js'
import { SubscriberDo } from './subscriber-do.js'
import { SubscriberHistory } from './subscriber-history.js'

/** @typedef {{ subscriber: Subscriber, suppression: Suppression | null }} Person */

/** Somebody may leave while one looks. */
const EVERY_MS = 15_000

/** @param {{ app: App, params: { id: string } }} props */
export function SubscriberView({ app, params: { id } }) {
  const [answer, again] = useQuestion(app.asking, (signal) => readPerson(app, id, signal), [id], {
    everyMs: EVERY_MS,
  })
  const [erased, setErased] = useState('')
  const email = answer.value?.subscriber.email
  useEffect(() => answer.value && showChanged(answer.value.subscriber), [answer.value])
  useEffect(() => app.title.set({ view: email ? plain(email) : 'Subscriber' }), [email])
  return html`
    <div class="person">
      <p class="back">
        <a href="/dashboard/subscribers" data-view><${Icon} name="back" />Subscribers</a>
      </p>
      ${shown()}
    </div>
  `

  function shown() {
    if (erased) return html`<${Erased} email=${erased} />`
    if (answer.missing) return html`<${Missing} id=${email ?? id} />`
    return html`<${Asked} of=${answer} what="this subscriber" again=${again}>${person}<//>`
  }

  /** @param {Person} here */
  function person({ subscriber, suppression }) {
    return html`
      <header>
        <h1><bdi>${breakable(plain(subscriber.email))}</bdi></h1>
        <${CopyButton} text=${subscriber.email} what="the address" />
        <${Badge} look=${standingOf(subscriber)} />
      </header>
      <${Facts} subscriber=${subscriber} suppression=${suppression} />
      <${SubscriberDo} app=${app} subscriber=${subscriber} again=${again} onErased=${setErased} />
      <${Boundary} what="The history">
        <${SubscriberHistory}
          key=${subscriber.id}
          app=${app}
          subscriber=${subscriber}
          suppression=${suppression}
        />
      <//>
    `
  }
}

/** @param {App} app @param {string} id @param {AbortSignal} signal @returns {Promise<Person>} */
async function readPerson({ api }, id, signal) {
  const subscriber = /** @type {Subscriber} */ (
    await api.get(`/subscribe/${encodeURIComponent(id)}`, { signal })
  )
  if (!subscriber.suppressed) return { subscriber, suppression: null }
  const query = { email: subscriber.email }
  const { suppressions } = /** @type {{ suppressions: Suppression[] }} */ (
    await api.get('/suppressions', { query, signal })
  )
  return { subscriber, suppression: suppressions[0] ?? null }
}

/** @param {Person} props */
function Facts({ subscriber, suppression }) {
  const { suppressed, subscribed, name, created_at: since, updated_at: changed } = subscriber
  const until = suppressed?.until ? `until ${fullTime(Date.parse(suppressed.until))}` : 'for good'
  return html`
    <p class="why-not">${standingOf(subscriber).why}</p>
    <dl class="facts">
      <div>
        <dt>Name</dt>
        <dd>${name ? html`<bdi>${plain(name)}</bdi>` : html`<i>none</i>`}</dd>
      </div>
      <div>
        <dt>Consent</dt>
        <dd>${subscribed ? 'Subscribed' : 'Not subscribed: has left, or never confirmed'}</dd>
      </div>
      ${
        suppressed &&
        html`<div>
          <dt>Suppressed</dt>
          <dd>
            ${lookOfReason(suppressed.reason).word}, ${suppression ? sourceWords(suppression.source) : '–'},
            on ${fullTime(Date.parse(suppressed.since))}, ${until}
          </dd>
        </div>`
      }
      <div>
        <dt>On the list since</dt>
        <dd>${fullTime(Date.parse(since))}</dd>
      </div>
      <div>
        <dt>Last changed</dt>
        <dd>${fullTime(Date.parse(changed))}</dd>
      </div>
    </dl>
  `
}

/** @param {{ id: string }} props */
function Missing({ id }) {
  return html`
    <section class="empty">
      <h1>There is no such subscriber</h1>
      <p>
        <span><bdi>${plain(id)}</bdi> is not on the list. It was never added, or it was removed.</span>
      </p>
      ${
        id.includes('@') &&
        html`<p>
          <a href=${`/?email=${encodeURIComponent(id)}`} data-view>Show the events of this address</a>
        </p>`
      }
    </section>
  `
}

/** @param {{ email: string }} props */
function Erased({ email }) {
  return html`
    <section class="empty" role="status">
      <h1>Erased</h1>
      <p>
        <span
          >Everything about <bdi>${plain(email)}</bdi> has been deleted: the person, the events, the history
          and the mails in the outbox. If the address was suppressed, a keyed hash is kept so that it stays
          suppressed.</span
        >
      </p>
      <p><a href="/dashboard/subscribers" data-view>Back to subscribers</a></p>
    </section>
  `
}
