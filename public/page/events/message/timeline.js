// A mail's story, from the first event to the last, with the time between and what each says beyond its kind.
/** @import { EventRow } from '../../types.d.ts' */
import { html } from '../../vendor/htm.js'
import { detailsOf, otherSideOf } from '../facts.js'
import { lookOf } from '../kinds.js'
import { sameness, storyOf } from './story.js'
import { count, exactTime, fullTime, plain, shortDay, step } from '../../ground/words.js'
import { Icon } from '../../parts/icon.js'

/** @param {{ steps: readonly EventRow[], chosen: EventRow, now: number, onChoose: (row: EventRow) => void }} props */
export function Timeline({ steps, chosen, now, onChoose }) {
  const story = storyOf(steps)
  const when = (/** @type {number} */ at) => shortDay(at, now) + exactTime(at)
  return html`
    <ol class="timeline" aria-label="What happened to this mail">
      ${story.map(({ row, first, last, times, implied }, index) => {
        if (implied) return html`<${Implied} key=${implied} kind=${implied} by=${row} />`
        const { word, tone } = lookOf(row.kind)
        // When one that no webhook told happened is not known.
        const previous = story.slice(0, index).findLast((one) => !one.implied)
        const otherSide = otherSideOf(row)
        const isChosen = row.cursor === chosen.cursor || (times > 1 && sameness(chosen) === sameness(row))
        return html`
          <li key=${`${row.kind} ${first} ${index}`}>
            <span class="sign"><${Icon} name=${row.kind} tone=${tone} /></span>
            <button
              type="button"
              aria-pressed=${isChosen ? 'true' : 'false'}
              title="Show its JSON"
              onClick=${() => onChoose(row)}
            >
              <strong>${word}${times > 1 && ` ${count(times)} times`}</strong>
              <time title=${fullTime(first)}>${when(first)}</time>
              <span class="since">${previous && step(first - previous.first)}</span>
              ${row.robot && html`<span class="detail robot"><${Icon} name="robot" /> By a robot, not a person</span>`}
              ${times > 1 && html`<span class="detail">First ${when(first)}, last ${when(last)}</span>`}
              ${detailsOf(row).map((line) => html`<bdi class="detail">${plain(line)}</bdi>`)}
              ${otherSide && html`<bdi class="detail">${times > 1 && 'Last: '}${plain(otherSide)}</bdi>`}
            </button>
          </li>
        `
      })}
    </ol>
  `
}

/** @param {{ kind: string, by: EventRow }} props */
function Implied({ kind, by }) {
  const { word } = lookOf(kind)
  return html`
    <li class="implied">
      <span class="sign"><${Icon} name=${kind} /></span>
      <p>
        <strong>${word}</strong>
        <span class="detail"
          >No webhook reported this, but the mail was ${lookOf(by.kind).word.toLowerCase()}</span
        >
      </p>
    </li>
  `
}
