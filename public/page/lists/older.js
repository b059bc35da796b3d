// A few that are read page by page by whoever asks for older ones: not a list that one scrolls through.
/** @import { Asking } from '../ground/asking.js' */
import { html, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { useQuestion } from '../parts/hooks.js'

const LIMIT_MS = 30_000

/** @template Row @typedef {{ rows: readonly Row[], next: string | null }} Page */
/**
 * @template Row
 * @typedef {object} Source
 * @property {import('../types.d.ts').Answer<Page<Row>>} answer the first page
 * @property {() => Promise<void>} again
 * @property {Page<Row> | undefined} page all that is here
 * @property {() => Promise<void>} more
 * @property {boolean} busy
 * @property {string} problem why no more could be had
 */

/**
 * @template Row
 * @param {{ asking: Asking }} app
 * @param {(place: string | undefined, signal: AbortSignal) => Promise<Page<Row>>} read
 * @param {readonly unknown[]} inputs
 * @returns {Source<Row>}
 */
export function useSource({ asking }, read, inputs) {
  const [answer, again] = useQuestion(asking, (signal) => read(undefined, signal), inputs)
  const [{ first, older, busy, problem }, setOlder] = useState(
    /** @type {{ first: Page<Row> | undefined, older: Page<Row>, busy: boolean, problem: string }} */ ({
      first: undefined,
      older: { rows: [], next: null },
      busy: false,
      problem: '',
    }),
  )
  // Read on from another beginning: what was older then does not follow.
  const follows = first === answer.value
  const page =
    answer.value &&
    (follows ? { rows: [...answer.value.rows, ...older.rows], next: older.next } : answer.value)
  const more = async () => {
    if (busy) return
    const before = follows ? older : { rows: [], next: answer.value?.next ?? null }
    const kept = { first: answer.value, older: before }
    setOlder({ ...kept, busy: true, problem: '' })
    try {
      const { rows, next } = await read(before.next ?? undefined, AbortSignal.timeout(LIMIT_MS))
      setOlder({ ...kept, older: { rows: [...before.rows, ...rows], next }, busy: false, problem: '' })
    } catch (error) {
      setOlder({ ...kept, busy: false, problem: problemOf(error) })
    }
  }
  return { answer, again, page, more, busy, problem }
}

/** @template Row @param {{ source: Source<Row> }} props */
export function Older({ source: { more, busy, problem } }) {
  return html`
    <p class="older">
      <button type="button" class="plain" aria-disabled=${busy} onClick=${more}>
        ${problem ? 'Try again' : 'Show older'}
      </button>
      ${problem && html`<span class="wrong" role="alert">Could not load the rest: ${problem}</span>`}
    </p>
  `
}
