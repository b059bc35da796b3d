// What can be done with a campaign that was started, each with its question where there is no way back.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { counted, titleOf } from '../ground/words.js'
import { Question } from '../parts/question.js'

/** @param {{ app: App, campaign: Campaign }} props */
export function Verbs({ app, campaign }) {
  const [asks, setAsks] = useState('')
  const [busy, setBusy] = useState('')
  const [problem, setProblem] = useState('')
  const { id, status, deliveries } = campaign
  const left = Number(deliveries.queued ?? 0) + Number(deliveries.deferred ?? 0)
  const act = async (/** @type {string} */ verb) => {
    app.campaigns.put(await app.api.post(`/campaigns/${id}/${verb}`))
    app.say(DONE[verb] ?? '')
  }
  const now = (/** @type {string} */ verb) => async () => {
    setBusy(verb)
    setProblem('')
    try {
      await (verb === 'duplicate' ? duplicate(app, id) : act(verb))
    } catch (error) {
      setProblem(problemOf(error))
    }
    setBusy('')
  }
  const button = (/** @type {string} */ verb, /** @type {string} */ word) =>
    html`<button type="button" class="plain" disabled=${busy !== ''} onClick=${now(verb)}>${word}</button>`
  return html`
    <div class="verbs">
      ${status === 'running' && button('pause', 'Pause')} ${status === 'paused' && button('resume', 'Resume')}
      ${
        (status === 'running' || status === 'paused') &&
        html`<button type="button" class="plain" onClick=${() => setAsks('cancel')}>Cancel…</button>`
      }
      ${button('duplicate', 'Duplicate')}
      ${problem && html`<p class="wrong" role="alert">Not done: ${problem}</p>`}
    </div>
    ${
      asks === 'cancel' &&
      html`<${Question}
        title=${`Cancel “${titleOf(campaign.subject)}”?`}
        yes="Cancel the rest"
        no="Go on sending"
        dangerous
        onYes=${() => act('cancel')}
        onClose=${() => setAsks('')}
      >
        <p>
          ${deliveries.total === null ? 'Everybody who has not received it yet' : `${counted(left, 'person', 'people')} who ${left === 1 ? 'has' : 'have'} not received it yet`}${' '}
          will not receive it. What was sent stays sent. A cancelled campaign cannot be started again.
        </p>
      <//>`
    }
  `
}

/** @type {Readonly<Record<string, string>>} */
const DONE = { pause: 'Paused', resume: 'Resumed', cancel: 'Cancelled' }

/** The same key while the answer is out: pressed twice, it is one draft. @type {Map<string, string>} */
const keys = new Map()

/** @param {App} app @param {string} id */
export async function duplicate(app, id) {
  const key = keys.get(id) ?? crypto.randomUUID()
  keys.set(id, key)
  const copy = /** @type {Campaign} */ (
    await app.api.post(`/campaigns/${id}/duplicate`, undefined, { headers: { 'idempotency-key': key } })
  )
  keys.delete(id)
  app.campaigns.put(copy)
  app.router.go(`/dashboard/campaigns/${copy.id}`)
  app.say('Duplicated: this is the new draft')
}
