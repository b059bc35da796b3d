// The last hour: a bar a minute, stacked by tone. The words are in the label beneath the pointer, and in the summary.
/** @import { Pulse } from './feed/pulse.js' */
/** @import { Bar } from './feed/rates.js' */
/** @import { Clock } from '../types.d.ts' */
import { html, useRef, useState } from '../vendor/htm.js'
import { lookOf, TONES } from './kinds.js'
import { roundTop } from './feed/rates.js'
import { count, counted, timeOfDay } from '../ground/words.js'
import { CHART_MINUTES } from './feed/pulse.js'
import { Failed, Waiting } from '../parts/asked.js'
import { useNow, useSize, useStore } from '../parts/hooks.js'

const HEIGHT = 64
const TICK_EVERY = 10

/** @param {{ pulse: Pulse, clock: Clock }} props */
export function RateChart({ pulse, clock }) {
  useStore(pulse.store)
  const answer = useStore(pulse.counts.store)
  const now = useNow(clock)
  const box = useRef(/** @type {HTMLElement | null} */ (null))
  const { width } = useSize(box)
  const [pointed, setPointed] = useState(/** @type {number | null} */ (null))
  const bars = pulse.rates.bars(now, CHART_MINUTES)
  const top = roundTop(Math.max(...bars.map((bar) => bar.total)))
  const edge = (/** @type {number} */ index) => Math.round((index * width) / bars.length)
  const point = (/** @type {PointerEvent} */ event) => {
    const { left } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect()
    setPointed(
      Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - left) / width) * bars.length))),
    )
  }
  if (answer.value === undefined)
    return html`<div class="chart">
      ${
        answer.state === 'failed'
          ? html`<${Failed} what="the counts" problem=${answer.problem} again=${pulse.counts.ask} />`
          : html`<${Waiting} what="the counts" />`
      }
    </div>`
  const shown = pointed === null ? undefined : bars[pointed]
  return html`
    <figure class="chart" role="img" aria-label=${summary(bars)}>
      <div class="plot" ref=${box} onPointerMove=${point} onPointerLeave=${() => setPointed(null)}>
        <svg width=${width} height=${HEIGHT} aria-hidden="true">
          ${bars.map((bar, index) => stack(bar, top, edge(index), edge(index + 1), index === pointed))}
        </svg>
        <span class="top">${count(top)} a minute</span>
        ${shown && pointed !== null && html`<${Label} bar=${shown} at=${(edge(pointed) + edge(pointed + 1)) / 2} width=${width} />`}
      </div>
      <div class="hours" aria-hidden="true">
        ${bars.map((bar, index) => {
          const fits = edge(index) > 16 && edge(index) < width - 64
          const tick = fits && (bar.minute / 60_000) % TICK_EVERY === 0
          return tick && html`<span style=${{ left: `${edge(index)}px` }}>${timeOfDay(bar.minute)}</span>`
        })}
        <span class="now">now</span>
      </div>
    </figure>
  `
}

/** @param {Bar} bar @param {number} top @param {number} left @param {number} right @param {boolean} pointed */
function stack(bar, top, left, right, pointed) {
  let told = 0
  const parts = bar.tones.map((amount, tone) => {
    const low = heightOf(told, top)
    told += amount
    const height = heightOf(told, top) - low
    if (height === 0) return null
    const [x, y, width] = [left + 1, HEIGHT - low - height, Math.max(1, right - left - 2)]
    return html`<rect class=${`tone-${TONES[tone]}`} x=${x} y=${y} width=${width} height=${height} />`
  })
  return html`<g>
    ${pointed && html`<rect class="pointed" x=${left} y="0" width=${right - left} height=${HEIGHT} />`}${parts}
  </g>`
}

/** Where there was anything at all, there is a bar. @param {number} amount @param {number} top */
function heightOf(amount, top) {
  return amount === 0 ? 0 : Math.max(1, Math.round((amount / top) * HEIGHT))
}

/** @param {{ bar: Bar, at: number, width: number }} props */
function Label({ bar, at, width }) {
  const kinds = Object.entries(bar.kinds).sort(([, a], [, b]) => b - a)
  const side = at > width / 2 ? { right: `${width - at + 8}px` } : { left: `${at + 8}px` }
  return html`
    <div class="label" style=${side}>
      <strong>${timeOfDay(bar.minute)}</strong>
      ${kinds.length === 0 ? ' nothing' : ''}
      ${kinds.map(
        ([kind, amount]) =>
          html`<span
            ><i class=${`dot tone-${lookOf(kind).tone}`}></i>${lookOf(kind).word} ${count(amount)}</span
          >`,
      )}
    </div>
  `
}

/** @param {readonly Bar[]} bars */
function summary(bars) {
  const total = bars.reduce((sum, bar) => sum + bar.total, 0)
  const highest = bars.reduce((best, bar) => (bar.total > best.total ? bar : best))
  const peak = total > 0 ? `, the most at ${timeOfDay(highest.minute)}: ${count(highest.total)} a minute` : ''
  return `Events in the last hour: ${counted(total, 'event')}${peak}`
}
