// Why mails of a campaign failed, in groups, and trying one group, or all, again.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { deliveriesAt } from './words.js'
import { count, counted, plain } from '../ground/words.js'
import { Asked } from '../parts/asked.js'
import { useFresh, useQuestion } from '../parts/hooks.js'
import { Question } from '../parts/question.js'

/** @typedef {{ failures: readonly { reason: string, count: number, retryable: boolean }[] }} FailuresAnswer */

const MOST_REASONS = 8

/** Of those who may get it. @param {FailuresAnswer['failures']} failures */
const total = (failures) => failures.reduce((sum, { count, retryable }) => (retryable ? sum + count : sum), 0)

/** @param {{ app: App, campaign: Campaign }} props */
export function Failures({ app, campaign }) {
  const { id, status } = campaign
  const read = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<FailuresAnswer>} */ (app.api.get(`/campaigns/${id}/failures`, { signal }))
  const [answer, again] = useQuestion(app.asking, read, [id])
  const [asks, setAsks] = useState(/** @type {{ reason: string | null, count: number } | null} */ (null))
  const [all, setAll] = useState(false)
  useFresh(again, campaign.deliveries.failed)
  const retry = async () => {
    const query = asks?.reason === null ? {} : { reason: asks?.reason }
    app.campaigns.put(await app.api.post(`/campaigns/${id}/retry-failed`, undefined, { query }))
    app.say('Queued again')
    await again()
  }
  const mayRetry = status !== 'cancelled'
  return html`
    <section>
      <h2>Failed</h2>
      <${Asked} of=${answer} what="the reasons" again=${again}>
        ${(/** @type {FailuresAnswer} */ { failures }) => html`
          <ul class="failures">
            ${(all ? failures : failures.slice(0, MOST_REASONS)).map(
              ({ reason, count: amount, retryable }) => html`
                <li key=${reason}>
                  <a href=${deliveriesAt(id, `status=failed&${new URLSearchParams({ reason })}`)} data-view
                    ><bdi>${plain(reason)}</bdi></a
                  >
                  <span class="number">${count(amount)}</span>
                  ${
                    mayRetry &&
                    !retryable &&
                    html`<a
                      class="hint"
                      href="/dashboard/subscribers/suppressions"
                      title="These addresses do not exist, so a retry skips them. Lift the suppression first"
                      data-view
                      >suppressed</a
                    >`
                  }
                  ${
                    mayRetry &&
                    retryable &&
                    html`<button
                      type="button"
                      class="plain"
                      onClick=${() => setAsks({ reason, count: amount })}
                    >
                      ${amount === 1 ? 'Retry this one…' : `Retry these ${count(amount)}…`}
                    </button>`
                  }
                </li>
              `,
            )}
          </ul>
          ${
            failures.length > MOST_REASONS &&
            !all &&
            html`<p>
              <button type="button" class="link" onClick=${() => setAll(true)}>
                Show ${counted(failures.length - MOST_REASONS, 'more reason')}
              </button>
            </p>`
          }
          ${
            mayRetry &&
            failures.filter(({ retryable }) => retryable).length > 1 &&
            html`<p>
              <button
                type="button"
                class="plain"
                onClick=${() => setAsks({ reason: null, count: total(failures) })}
              >
                Retry all failed mails…
              </button>
            </p>`
          }
        `}
      <//>
      ${
        asks &&
        html`<${Question}
          title=${`Retry ${counted(asks.count, 'mail')}?`}
          yes=${`Retry ${count(asks.count)}`}
          onYes=${retry}
          onClose=${() => setAsks(null)}
        >
          <p>
            ${asks.reason === null ? 'All failed mails, whatever the reason,' : html`Mails that failed with “<bdi>${plain(asks.reason)}</bdi>”`}${' '}
            are sent again. Retry once the cause is fixed.
            ${asks.reason === null && ' Addresses that do not exist are suppressed, so they are skipped and not counted here.'}
          </p>
        <//>`
      }
    </section>
  `
}
