// The strip on top, the same in every view. Each thing has its place there: what comes and goes moves nothing else.
/** @import { App } from '../main.js' */
import { html, useEffect } from '../vendor/htm.js'
import { doneOf } from '../campaigns/words.js'
import { problemsOf } from '../setup/problems.js'
import { stateWords } from '../events/feed/state-words.js'
import { age, ago, count, fullTime, titleOf } from '../ground/words.js'
import { useNow, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Progress } from '../parts/progress.js'

/** So many letters have their place: of one problem on a phone, of several elsewhere. */
const SHORT = 20
const LONG = 44

/** @param {{ app: App }} props */
export function Strip({ app }) {
  const feed = useStore(app.feed.store)
  const { problem, final } = useStore(app.feed.list.store)
  const answer = useStore(app.setup.store)
  const isSilent = app.isSilent()
  const isStoreAway = app.isStoreAway()
  const refusal = app.refusal()
  const state = stateWords({ ...feed, problem, isSilent, isStoreAway, refusal })
  useStore(app.pulse.tally.store)
  const now = useNow(app.api.now)
  const reached = !isSilent && (feed.polls || ['live', 'catching_up'].includes(feed.connection.state))
  const knows = reached && !isStoreAway
  const rate = knows ? app.pulse.perMinute(now) : null
  const fresh = answer.state === 'here' ? answer.value : undefined
  const lastAt = Math.max(app.pulse.lastAt(), Date.parse(fresh?.history.last_at ?? '') || 0)
  // Connected, and yet not told: what the hub itself cannot reach. Where there is no connection, the state says so.
  const unread = reached && !final ? problem : ''
  const told = fresh ? problemsOf(fresh) : [reached ? answer.problem : '']
  const problems = [...new Set([unread, ...told])].filter((words) => words !== '')

  useEffect(() => {
    const isFirst = feed.connection.state === 'connecting' && feed.connection.attempt === 0
    const wrong = reached ? refusal || problems[0] : isFirst ? problem : 'No connection'
    app.title.set({ wrong: wrong ?? '' })
  }, [reached, feed.connection.state, problem, refusal, problems[0]])

  const wordy = { live: '', pause: ' paused' }[state.icon] ?? ' wordy'
  const all = problems.join(', ')
  const few = problems.length > 1 ? `${problems.length} problems` : all
  // Beside a state of many words there is no room for a problem of many.
  const fewest = wordy && few.length > SHORT ? '1 problem' : few
  // Where other words stand, or where they have another place, is another element: one that stays would be seen to move.
  const troubled = fewest.length > SHORT ? ' troubled' : ''
  return html`
    <section class=${`strip${wordy}${troubled}`} aria-label="State">
      <p class="state" title=${state.word}>
        <${Icon} name=${state.icon} tone=${state.tone} /><strong key=${state.word}>${state.word}</strong>
      </p>
      <${Running} app=${app} />
      <p class="last">
        ${
          knows && fresh && lastAt === 0
            ? html`<span class="wide">No event yet</span><span class="narrow">no event yet</span>`
            : html`<span class="wide">Last event </span><span class="narrow">last </span>${
                  knows && lastAt > 0
                    ? html`<time title=${fullTime(lastAt)}
                        ><span class="wide">${ago(lastAt, now)}</span
                        ><span class="narrow">${age(lastAt, now)}</span></time
                      >`
                    : '–'
                }`
        }
      </p>
      <p class="rate">
        <span class="number" key=${rate}>${rate === null ? '–' : count(rate)}</span
        ><span class="wide"> ${rate === 1 ? 'event' : 'events'} a minute</span
        ><span class="narrow"> / min</span>
      </p>
      ${
        problems.length > 0 &&
        html`<a key=${`${wordy} ${all}`} class="problems" href="/dashboard/setup" data-view title=${all}>
          <${Icon} name="problem" tone="red" /><span
            ><span class="wide">${all.length > LONG ? few : all}</span
            ><span class="narrow">${fewest}</span></span
          >
        </a>`
      }
    </section>
  `
}

/** @param {{ app: App }} props */
function Running({ app }) {
  useStore(app.campaigns.store)
  const campaign = app.campaigns.running()
  if (!campaign) return html`<p class="running"></p>`
  const { total } = campaign.deliveries
  const done = doneOf(campaign)
  const paused = campaign.status === 'paused'
  const part = total ? `${Math.floor((100 * Math.min(done, total)) / total)} %` : '–'
  return html`
    <a
      class="running"
      href=${`/dashboard/campaigns/${campaign.id}`}
      data-view
      title=${titleOf(campaign.subject)}
    >
      <${Icon} name=${paused ? 'pause' : 'sent'} tone=${paused ? 'amber' : undefined} />
      <bdi>${paused ? `Paused: ${titleOf(campaign.subject)}` : titleOf(campaign.subject)}</bdi>
      <${Progress} done=${done} of=${total} label=${paused ? 'Paused campaign' : 'Running campaign'} />
      <span class="narrow number" aria-hidden="true">${paused ? 'Paused' : part}</span>
    </a>
  `
}
