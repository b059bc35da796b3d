// A mail's story: its events as they happened, what was repeated told once.
/** @import { EventRow } from '../../types.d.ts' */

/**
 * @typedef {{ row: EventRow, first: number, last: number, times: number, implied?: string }} Step `row` is the latest of
 *   them; `implied`: the kind of a step that no webhook told, and that must have been, as `row` was
 */

const AFTER_DELIVERY = ['opened', 'clicked', 'complained', 'unsubscribed']
/** What a lost webhook would have told. A robot may look at a mail that is never delivered. */
const IMPLIED = /** @type {const} */ ([
  { kind: 'delivered', by: AFTER_DELIVERY, person: true },
  {
    kind: 'sent',
    by: [...AFTER_DELIVERY, 'delivered', 'deferred', 'soft_bounced', 'bounced'],
    person: false,
  },
])

/** A provider's clock tells seconds: what happens in one goes by the course of a mail's life. */
const LIFE = ['sent', 'deferred', 'soft_bounced', 'bounced', 'delivered', 'opened', 'clicked']

/** When it happened, by the provider's clock where that is known. @param {EventRow} row */
export function timeOf(row) {
  return row.occurredAt ?? row.receivedAt
}

/** Equal for events that tell the same, again and again. @param {EventRow} row */
export const sameness = ({ kind, url, reason, answer, robot }) =>
  JSON.stringify([kind, url, reason, answer, robot])

/**
 * Webhooks come late and in any order; the story is told as it happened. Within one second, as a mail's life goes.
 * @param {readonly EventRow[]} rows
 * @returns {Step[]}
 */
export function storyOf(rows) {
  /** @type {Map<string, Step>} */
  const steps = new Map()
  const place = (/** @type {EventRow} */ { kind }) => (LIFE.includes(kind) ? LIFE.indexOf(kind) : LIFE.length)
  for (const row of rows.toSorted((a, b) => timeOf(a) - timeOf(b) || place(a) - place(b))) {
    const at = timeOf(row)
    const key = sameness(row)
    const before = steps.get(key)
    steps.set(key, { row, first: before?.first ?? at, last: at, times: (before?.times ?? 0) + 1 })
  }
  const told = [...steps.values()]
  for (const { kind, by, person } of IMPLIED) {
    const index = told.findIndex(({ row }) => by.includes(row.kind) && !(person && row.robot))
    const sign = told[index]
    if (sign && !rows.some((row) => row.kind === kind)) told.splice(index, 0, { ...sign, implied: kind })
  }
  return told
}
