// How much there was, when: bars stacked by tone, filtered like the list. What one chooses in it is what the list shows.
/** @import { App } from '../../main.js' */
/** @import { Bar } from '../counts/rates.js' */
/** @import { Range } from './chart-choice.js' */
/** @import { Frame } from '../counts/spans.js' */
/** @import { Filter } from '../../types.d.ts' */
import { html, useRef } from '../../vendor/htm.js'
import { lookOf, TONES } from '../kinds.js'
import { roundTop, together } from '../counts/rates.js'
import { ticksOf } from '../counts/spans.js'
import { count, counted, spanWords, tickWords } from '../../ground/words.js'
import { Failed, Waiting } from '../../parts/asked.js'
import { useNow, useSize, useStore } from '../../parts/hooks.js'
import { useChartChoice } from './chart-choice.js'
import { SpanTools } from './span-tools.js'
import { useCounts } from './use-counts.js'

const HEIGHT = 64
/** What is counted is counted a moment late. */
const LATE_MS = 15_000

/**
 * @param {object} props
 * @param {App} props.app
 * @param {Filter} props.filter
 * @param {(filter: Filter) => void} props.onChange
 * @param {{ current: HTMLInputElement | null }} props.goTo
 */
export function RateChart({ app, filter, onChange, goTo }) {
  const now = useNow(app.api.now)
  const { state, value: setup } = useStore(app.setup.store)
  const last = Math.max(app.pulse.lastAt(), Date.parse(setup?.history.last_at ?? '') || 0)
  const standing = {
    firstAt: Date.parse(setup?.history.first_at ?? '') || last || null,
    lastAt: last || null,
  }
  const { phase } = useStore(app.feed.list.store)
  // The list is what one waits for: the counts, which may take the database a while, are asked for after it.
  const { frame, tally } = useCounts(app, filter, standing, now, state !== 'asking' && phase !== 'asking')
  const answer = useStore(tally.question.store)
  useStore(tally.store)
  const bars = tally.rates.bars(frame.start, frame.end)
  return html`
    <figure class="chart">
      <figcaption class="unseen" role="img" aria-label=${summary(bars, frame, now)}></figcaption>
      ${
        answer.state === 'failed'
          ? html`<${Failed} of=${answer} what="the counts" again=${tally.question.ask} />`
          : html`<${Plot}
              frame=${frame}
              bars=${bars}
              reach=${Math.min(now, tally.reach())}
              now=${now}
              filter=${filter}
              onChange=${onChange}
              nothing=${answer.state === 'asking' ? html`<${Waiting} what="the counts" />` : setup?.webhooks_silent ? 'Awaiting news: webhooks are silent' : 'No events in this time'}
            />`
      }
      <${SpanTools} app=${app} filter=${filter} frame=${frame} now=${now} onChange=${onChange} goTo=${goTo} />
    </figure>
  `
}

/**
 * @param {object} props
 * @param {Frame} props.frame
 * @param {readonly Bar[]} props.bars
 * @param {number} props.reach how far it is known
 * @param {number} props.now
 * @param {Filter} props.filter
 * @param {(filter: Filter) => void} props.onChange
 * @param {unknown} props.nothing what to say where there is no bar
 */
function Plot({ frame, bars, reach, now, filter, onChange, nothing }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null))
  const { width } = useSize(box)
  const { pointed, range, on } = useChartChoice({ frame, bars, width, filter, onChange })
  const top = roundTop(Math.max(...bars.map((bar) => bar.total)))
  const at = (/** @type {number} */ time) =>
    Math.round(((time - frame.start) / (frame.end - frame.start)) * width)
  const edge = (/** @type {number} */ index) => at(frame.start + index * frame.span.step)
  const [from, to] = [filter.since, filter.until].map((time) => (time ? at(Date.parse(time)) : null))
  const shade = (/** @type {number} */ left, /** @type {number} */ right) =>
    right > left && html`<i class="outside" style=${{ left: `${left}px`, width: `${right - left}px` }}></i>`
  const shown = range && together(bars.slice(range.first, range.end))
  const isUnknown = reach > 0 && frame.isLive && now - reach > LATE_MS
  return html`
    <div
      class="plot"
      ref=${box}
      tabindex="0"
      role="slider"
      aria-label="Time"
      aria-valuemin="0"
      aria-valuemax=${bars.length - 1}
      aria-valuenow=${pointed ?? bars.length - 1}
      aria-valuetext=${shown && range ? told(shown, timeOf(range, frame, now)) : 'Move with the arrow keys, choose with Enter'}
      ...${on}
    >
      <svg width=${width} height=${HEIGHT} aria-hidden="true">
        ${range && html`<rect class="pointed" x=${edge(range.first)} y="0" width=${edge(range.end) - edge(range.first)} height=${HEIGHT} />`}
        ${bars.map((bar, index) => stack(bar, top, edge(index), edge(index + 1)))}
      </svg>
      ${shade(0, Math.max(0, from ?? 0))} ${to !== null && to !== undefined && shade(Math.max(0, to), width)}
      ${
        isUnknown &&
        html`<span
          class="unknown"
          style=${{ left: `${Math.max(0, at(reach))}px`, right: `${width - at(now)}px` }}
          ><span>not known</span></span
        >`
      }
      ${
        bars.some(({ total }) => total > 0)
          ? html`<span key="top" class="top">up to ${count(top)} ${frame.span.per}</span>`
          : html`<span key="nothing" class="nothing">${nothing}</span>`
      }
      ${range && shown && html`<${Label} of=${shown} time=${timeOf(range, frame, now)} at=${(edge(range.first) + edge(range.end)) / 2} width=${width} />`}
    </div>
    <div class="hours" aria-hidden="true">
      ${ticksOf(frame, width)
        .filter((time) => at(time) > 8 && at(time) < width - 64)
        .map(
          (time) =>
            html`<span key=${time} style=${{ left: `${at(time)}px` }}
              >${tickWords(time, frame.span.tick)}</span
            >`,
        )}
      <span class="now">${frame.isLive ? 'now' : tickWords(frame.end, frame.span.tick)}</span>
    </div>
  `
}

/** @param {Range} range @param {Frame} frame @param {number} now */
function timeOf({ first, end }, { start, span: { step } }, now) {
  return spanWords(start + first * step, start + end * step, now)
}

/** @param {Bar} bar @param {number} top @param {number} left @param {number} right */
function stack(bar, top, left, right) {
  let told = 0
  const gap = right - left > 4 ? 1 : 0
  return bar.tones.map((amount, tone) => {
    const low = heightOf(told, top)
    told += amount
    const height = heightOf(told, top) - low
    if (height === 0) return null
    const [x, y, width] = [left + gap, HEIGHT - low - height, Math.max(1, right - left - 2 * gap)]
    return html`<rect class=${`tone-${TONES[tone]}`} x=${x} y=${y} width=${width} height=${height} />`
  })
}

/** Where there was anything at all, there is a bar. @param {number} amount @param {number} top */
function heightOf(amount, top) {
  return amount === 0 ? 0 : Math.max(1, Math.round((amount / top) * HEIGHT))
}

/** @typedef {{ kinds: Readonly<Record<string, number>>, total: number }} Sum */

/** @param {Sum} sum */
const kindsOf = ({ kinds }) => Object.entries(kinds).sort(([, a], [, b]) => b - a)

/** @param {{ of: Sum, time: string, at: number, width: number }} props */
function Label({ of, time, at, width }) {
  const side = at > width / 2 ? { right: `${width - at + 8}px` } : { left: `${at + 8}px` }
  return html`
    <div class="label" style=${side}>
      <strong>${time}</strong>
      ${of.total === 0 ? ' nothing' : ''}
      ${kindsOf(of).map(
        ([kind, amount]) =>
          html`<span
            ><i class=${`dot tone-${lookOf(kind).tone}`}></i>${lookOf(kind).word} ${count(amount)}</span
          >`,
      )}
    </div>
  `
}

/** @param {Sum} sum @param {string} time */
function told(sum, time) {
  const kinds = kindsOf(sum).map(([kind, amount]) => `${count(amount)} ${lookOf(kind).word.toLowerCase()}`)
  return `${time}: ${[counted(sum.total, 'event'), ...kinds].join(', ')}`
}

/** @param {readonly Bar[]} bars @param {Frame} frame @param {number} now */
function summary(bars, { span, start, end, isLive }, now) {
  const { step, per, said } = span
  const sum = together(bars)
  const highest = bars.reduce((best, bar) => (bar.total > best.total ? bar : best))
  const peak =
    sum.total > 0
      ? `. The most at ${spanWords(highest.at, highest.at + step, now)}: ${count(highest.total)} ${per}`
      : ''
  return `Events ${told(sum, isLive ? `in the last ${said}` : spanWords(start, Math.min(end, now), now))}${peak}`
}
