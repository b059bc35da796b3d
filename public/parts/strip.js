// The strip on top, the same in every view: the connection, the age of the last event, the rate, and problems.
/** @import { App } from '../main.js' */
import { html } from '../vendor/htm.js'
import { stateWords } from '../model/state-words.js'
import { ago, count, counted, fullTime } from '../model/words.js'
import { useNow, useStore } from './hooks.js'
import { Icon } from './icon.js'

/** @param {{ app: App }} props */
export function Strip({ app }) {
  const state = stateWords(useStore(app.feed.store))
  const { setup, lastAt } = useStore(app.pulse.store)
  const now = useNow(app.api.now)
  const rate = app.pulse.rates.perMinute(now)
  const problems = setup ? problemsOf(setup) : []
  return html`
    <section class="strip" aria-label="State">
      <p class="state"><${Icon} name=${state.icon} tone=${state.tone} /><strong>${state.word}</strong></p>
      <p>
        ${
          lastAt === null
            ? 'No event yet'
            : html`<span class="wide">Last event </span
                ><time title=${fullTime(lastAt)}>${ago(lastAt, now)}</time>`
        }
      </p>
      <p><span class="number">${count(rate)}</span><span class="wide"> events</span> a minute</p>
      ${
        problems.length > 0 &&
        html`<a class="problems" href="/dashboard/setup" data-view>
          <${Icon} name="problem" tone="red" />${problems.join(', ')}
        </a>`
      }
    </section>
  `
}

/** @param {import('../types.d.ts').Setup} setup */
function problemsOf({ refused, quarantine }) {
  const refusals = refused.reduce((sum, { count }) => sum + count, 0)
  return [
    refusals > 0 && counted(refusals, 'refused webhook'),
    quarantine > 0 && `${count(quarantine)} in quarantine`,
  ].filter((problem) => problem !== false)
}
