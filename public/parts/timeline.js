// A mail's story, from the first event to the last, with the time between and what each says beyond its kind.
/** @import { EventRow } from '../types.d.ts' */
import { html } from '../vendor/htm.js'
import { detailsOf } from '../model/facts.js'
import { lookOf } from '../model/kinds.js'
import { exactTime, fullTime, plain, step } from '../model/words.js'
import { Icon } from './icon.js'

/** @param {{ steps: readonly EventRow[], chosen: EventRow, onChoose: (row: EventRow) => void }} props */
export function Timeline({ steps, chosen, onChoose }) {
  const told = inOrder(steps)
  return html`
    <ol class="timeline" aria-label="What happened to this mail">
      ${told.map((row, index) => {
        const { word, tone } = lookOf(row.kind)
        const previous = told[index - 1]
        return html`
          <li key=${row.cursor}>
            <span class="sign"><${Icon} name=${row.kind} tone=${tone} /></span>
            <button
              type="button"
              aria-pressed=${row.cursor === chosen.cursor ? 'true' : 'false'}
              title="Show its JSON"
              onClick=${() => onChoose(row)}
            >
              <strong>${word}</strong>
              <time title=${fullTime(timeOf(row))}>${exactTime(timeOf(row))}</time>
              <span class="since">${previous && step(timeOf(row) - timeOf(previous))}</span>
              ${detailsOf(row.data).map((line) => html`<bdi class="detail">${plain(line)}</bdi>`)}
            </button>
          </li>
        `
      })}
    </ol>
  `
}

/** @param {EventRow} row */
function timeOf(row) {
  return row.occurredAt ?? row.receivedAt
}

// Webhooks come late and in any order; the story is told as it happened. Within one second, as it was received.
/** @param {readonly EventRow[]} steps */
function inOrder(steps) {
  return steps.toSorted((a, b) => timeOf(a) - timeOf(b))
}
