// What one sees of something that was asked for: nothing yet, the thing, the thing as it was, or why it is not there.
/** @import { Answer } from '../types.d.ts' */
import { html, useEffect, useState } from '../vendor/htm.js'
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
  if (of.value === undefined)
    return html`<${Failed} what=${what} problem=${of.problem} again=${of.final ? undefined : again} />`
  return html` ${of.state === 'old' && html`<${Old} of=${of} again=${again} />`} ${children(of.value)} `
}

/** @param {{ what: string }} props */
export function Waiting({ what }) {
  const [told, setTold] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setTold(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return html`<p class="asked" role="status">${told && `Waiting for ${what}…`}</p>`
}

/** @param {{ what: string, problem: string, again?: () => void }} props */
export function Failed({ what, problem, again }) {
  return html`
    <div class="asked" role="alert">
      <p><${Icon} name="problem" tone="amber" /> <strong>Could not load ${what}:</strong> ${problem}</p>
      ${
        again &&
        html`<p>
          <button type="button" class="plain" onClick=${() => again()}>Try again</button>
          <span class="hint">It is also retried automatically.</span>
        </p>`
      }
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
