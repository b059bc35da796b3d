// An address that is no view.
/** @import { App } from '../main.js' */
import { html, useEffect } from '../vendor/htm.js'

/** @param {{ app: App }} props */
export function NotFoundView({ app }) {
  useEffect(() => app.title.set({ view: 'Not found' }), [])
  return html`
    <section class="empty">
      <h1>There is nothing at this address</h1>
      <p><a href="/" data-view>Go to the live events</a></p>
    </section>
  `
}
