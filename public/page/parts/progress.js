// How much of something is done: a thin bar, and the words beside it.
import { html } from '../vendor/htm.js'
import { count } from '../ground/words.js'

/** @param {{ done: number, of: number | null, label: string }} props `of` null: nobody knows yet */
export function Progress({ done, of, label }) {
  const share = of ? Math.min(1, done / of) : 0
  const words = of === null ? `${count(done)} of –` : `${count(done)} of ${count(of)}`
  return html`
    <span
      class="progress"
      role="progressbar"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${of === null ? undefined : Math.round(share * 100)}
      aria-valuetext=${words}
    >
      <span style=${{ transform: `scaleX(${share})` }}></span>
    </span>
  `
}
