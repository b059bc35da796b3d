// What can be done with a campaign that was started, each with its question where there is no way back.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { unique } from '../ground/unique.js'
import { counted, titleOf } from '../ground/words.js'
import { useDoing } from '../parts/hooks.js'
import { Question } from '../parts/question.js'

/** @param {{ app: App, campaign: Campaign }} props */
export function Verbs({ app, campaign }) {
  const [asks, setAsks] = useState(false)
  const { busy, problem, doing } = useDoing('Not done')
  const { id, status, deliveries } = campaign
  const left = Number(deliveries.queued ?? 0) + Number(deliveries.deferred ?? 0)
  const act = async (/** @type {string} */ verb) => {
    app.campaigns.put(await app.api.post(`/campaigns/${id}/${verb}`))
    app.say(DONE[verb] ?? '')
  }
  const [verb, word] = status === 'paused' ? ['resume', 'Resume'] : ['pause', 'Pause']
  return html`
    <div class="verbs">
      ${
        (status === 'running' || status === 'paused') &&
        html`
          <button
            type="button"
            class="plain"
            aria-disabled=${busy !== ''}
            onClick=${doing(verb, () => act(verb))}
          >
            ${word}
          </button>
          <button type="button" class="plain" onClick=${() => setAsks(true)}>Cancel…</button>
        `
      }
      <button
        type="button"
        class="plain"
        aria-disabled=${busy !== ''}
        onClick=${doing('duplicate', () => duplicate(app, id))}
      >
        Duplicate
      </button>
      ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
    </div>
    ${
      asks &&
      html`<${Question}
        title=${`Cancel “${titleOf(campaign.subject)}”?`}
        yes="Cancel the rest"
        no=${status === 'paused' ? 'Keep it paused' : 'Keep sending'}
        dangerous
        onYes=${() => act('cancel')}
        onClose=${() => setAsks(false)}
      >
        <p>
          ${deliveries.total === null ? 'Everybody who has not received it yet' : `${counted(left, 'person', 'people')} who ${left === 1 ? 'has' : 'have'} not received it yet`}${' '}
          will not receive it. Mails already sent stay sent. A cancelled campaign cannot be started again.
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
  const key = keys.get(id) ?? unique()
  keys.set(id, key)
  const copy = /** @type {Campaign} */ (
    await app.api.post(`/campaigns/${id}/duplicate`, undefined, { headers: { 'idempotency-key': key } })
  )
  keys.delete(id)
  app.campaigns.put(copy)
  app.router.go(`/dashboard/campaigns/${copy.id}`)
  app.say('Duplicated: this is the new draft')
}
