// What one sees of something that was asked for: nothing yet, the thing, the thing as it was, or why it is not there.
/** @import { Answer } from '../types.d.ts' */
import { html, useEffect, useErrorBoundary, useRef, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { exactTime } from '../ground/words.js'
import { Icon } from './icon.js'

/** Faster than this there is nothing to say about waiting. */
const PATIENCE_MS = 300

/**
 * @template T
 * @param {object} props
 * @param {Answer<T>} props.of
 * @param {string} props.what "the campaigns"
 * @param {() => void} props.again
 * @param {(value: T) => unknown} props.children
 */
export function Asked({ of, what, again, children }) {
  if (of.state === 'asking') return html`<${Waiting} what=${what} />`
  if (of.value === undefined) return html`<${Failed} of=${of} what=${what} again=${again} />`
  return html`
    ${of.state === 'old' && html`<${Old} of=${of} again=${again} />`}
    <${Readable} value=${of.value} what=${what} again=${again} show=${children} />
  `
}

/**
 * An answer that is not what it should be is one that did not come.
 * @template T @param {{ value: T, what: string, again: () => void, show: (value: T) => unknown }} props
 */
function Readable({ value, what, again, show }) {
  const broken = useRef(/** @type {T | undefined} */ (undefined))
  const [error, reset] = useErrorBoundary((thrown) => {
    console.error(thrown)
    broken.current = value
  })
  useEffect(() => {
    if (error && broken.current !== value) reset()
  }, [value])
  if (!error) return html`<${Shown} value=${value} show=${show} />`
  return html`<${Failed} of=${{ problem: problemOf(error), final: true }} what=${what} again=${again} />`
}

/** A part of its own, so that what it throws is caught. @template T @param {{ value: T, show: (value: T) => unknown }} props */
const Shown = ({ value, show }) => show(value)

/** @param {{ what: string }} props */
export function Waiting({ what }) {
  const [told, setTold] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setTold(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return html`<p class="asked" role="status">${told && `Loading ${what}…`}</p>`
}

/** @param {{ of: { problem: string, final?: boolean }, what: string, again: () => void }} props `final`: it is not asked again by itself */
export function Failed({ of: { problem, final }, what, again }) {
  return html`
    <div class="asked" role="alert">
      <p><${Icon} name="problem" tone="amber" /> <strong>Could not load ${what}:</strong> ${problem}</p>
      <p>
        <button type="button" class="plain" onClick=${() => again()}>Try again</button>
        ${!final && html`<span class="hint">It also retries automatically.</span>`}
      </p>
    </div>
  `
}

/** @param {{ of: Answer<unknown>, again: () => void }} props */
export function Old({ of, again }) {
  return html`
    <p class="asked-old" role="status">
      <${Icon} name="waiting" tone="amber" /><span
        >As of ${exactTime(of.at ?? 0)}: ${of.problem}${' '}
        <button type="button" class="link" onClick=${() => again()}>Try again</button></span
      >
    </p>
  `
}
