// One line of the list: an event, or the place where some are missing.
/** @import { GapRow, Row } from '../types.d.ts' */
import { html } from '../vendor/htm.js'
import { detailsOf } from './facts.js'
import { lookOf } from './kinds.js'
import { timeOf } from './message/story.js'
import { age, fullTime, plain, timeOfDay } from '../ground/words.js'
import { Icon } from '../parts/icon.js'

/** Kinds that are explained by what came with them: why it bounced, what was clicked. */
const TELLING = new Set([
  'bounced',
  'soft_bounced',
  'deferred',
  'rejected',
  'clicked',
  'suppressed',
  'unsuppressed',
])

/**
 * @param {object} props
 * @param {Row} props.row
 * @param {Row | undefined} props.before the line below: what came before
 * @param {number} props.now the age is of when the hub received it: that is the order of the list
 */
export function EventLine({ row, before, now }) {
  if (row.type === 'gap') return html`<${GapLine} row=${row} before=${before} />`
  const { word, tone } = lookOf(row.kind)
  const { receivedAt } = row
  // Of a link what differs from others: the whole of it is in the inspector.
  const why = TELLING.has(row.kind) ? detailsOf(row)[0]?.replace(/^https:\/\//, '') : undefined
  return html`
    <span class="kind"><${Icon} name=${row.kind} tone=${tone} />${word}</span>
    <bdi class="email">${row.email ? plain(row.email) : html`<i>no address</i>`}</bdi>
    <span class="subject">
      <bdi>${row.subject ? plain(row.subject) : html`<i>${plain(why ?? 'no subject')}</i>`}</bdi>
      ${row.subject && why && html`<bdi class="why">${plain(why)}</bdi>`}
    </span>
    <time title=${`Happened ${fullTime(timeOf(row))}, received ${fullTime(receivedAt)}`}
      >${age(receivedAt, now)}</time
    >
  `
}

/** @param {{ row: GapRow, before: Row | undefined }} props */
function GapLine({ row, before }) {
  const end = timeOfDay(row.noticedAt)
  const start = before?.type === 'event' ? timeOfDay(before.receivedAt) : ''
  const when = start === end ? end : start ? `${start}–${end}` : `before ${end}`
  return html`
    <span class="kind"><${Icon} name="gap" tone="amber" />Gap ${when}</span>
    <span class="why">The feed was reset: events may be missing</span>
  `
}
