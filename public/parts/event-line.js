// One line of the list: an event, or the place where some are missing.
/** @import { EventRow, GapRow, Row } from '../types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { detailsOf } from '../model/facts.js'
import { lookOf } from '../model/kinds.js'
import { age, fullTime, plain, timeOfDay } from '../model/words.js'
import { Icon } from './icon.js'

/** @param {string} cursor */
export function lineId(cursor) {
  return `event-${cursor}`
}

/**
 * @param {object} props
 * @param {Row} props.row
 * @param {Row | undefined} props.before the line below: what came before
 * @param {number} props.now
 * @param {boolean} props.chosen
 * @param {boolean} props.fades whether it fades in, asked when it first shows
 * @param {(row: EventRow) => void} props.onOpen
 */
export function EventLine({ row, before, now, chosen, fades, onOpen }) {
  const [fading] = useState(fades)
  if (row.type === 'gap') return html`<${GapLine} row=${row} before=${before} />`
  const { word, tone } = lookOf(row.kind)
  const at = row.occurredAt ?? row.receivedAt
  return html`
    <div
      id=${lineId(row.cursor)}
      class=${fading ? 'line fading' : 'line'}
      role="option"
      aria-selected=${chosen ? 'true' : 'false'}
      onClick=${() => onOpen(row)}
    >
      <span class="kind"><${Icon} name=${row.kind} tone=${tone} />${word}</span>
      <bdi class="email">${row.email ? plain(row.email) : html`<i>no address</i>`}</bdi>
      <bdi class="subject"
        >${row.subject ? plain(row.subject) : html`<i>${plain(detailsOf(row.data)[0] ?? 'no subject')}</i>`}</bdi
      >
      <time title=${`Happened ${fullTime(at)}, received ${fullTime(row.receivedAt)}`}>${age(at, now)}</time>
    </div>
  `
}

/** @param {{ row: GapRow, before: Row | undefined }} props */
function GapLine({ row, before }) {
  const end = timeOfDay(row.noticedAt)
  const start = before?.type === 'event' ? timeOfDay(before.receivedAt) : ''
  const when = start === end ? end : start ? `${start}–${end}` : `before ${end}`
  const why =
    row.reason === 'expired'
      ? 'the feed no longer keeps these events'
      : 'the feed began anew, these events are lost to it'
  return html`
    <div id=${lineId(row.cursor)} class="line gap" role="option" aria-selected="false" aria-disabled="true">
      <span class="kind"><${Icon} name="gap" tone="amber" />Gap ${when}</span>
      <span class="why">${why}</span>
    </div>
  `
}
