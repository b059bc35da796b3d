// A part that throws takes no other with it: it says so in its place, and can be built anew.
import { html, useErrorBoundary } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { Icon } from './icon.js'

/** @param {{ what: string, children: unknown }} props `what` in a sentence: "The chart" */
export function Boundary({ what, children }) {
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown))
  if (error === undefined || error === null) return children
  return html`
    <div class="asked" role="alert">
      <p><${Icon} name="problem" tone="red" /> <strong>${what} has failed:</strong> ${problemOf(error)}</p>
      <p><button type="button" class="plain" onClick=${reset}>Try again</button></p>
    </div>
  `
}
