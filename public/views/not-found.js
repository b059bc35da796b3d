// An address that is no view.
import { html, useEffect } from '../vendor/htm.js'

export function NotFoundView() {
  useEffect(() => {
    document.title = 'Not found · Mail Event Hub'
  }, [])
  return html`
    <section class="empty">
      <h1>There is nothing at this address</h1>
      <p><a href="/" data-view>Go to the live events</a></p>
    </section>
  `
}
