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

/** When it happened, by the provider's clock where that is known. @param {EventRow} row */
export function timeOf(row) {
  return row.occurredAt ?? row.receivedAt
}

/** Equal for events that tell the same, again and again. @param {EventRow} row */
export const sameness = ({ kind, url, reason, answer, robot }) =>
  JSON.stringify([kind, url, reason, answer, robot])

/**
 * Webhooks come late and in any order; the story is told as it happened. Within one second, as it was received.
 * @param {readonly EventRow[]} rows
 * @returns {Step[]}
 */
export function storyOf(rows) {
  /** @type {Map<string, Step>} */
  const steps = new Map()
  for (const row of rows.toSorted((a, b) => timeOf(a) - timeOf(b))) {
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
