// Campaign: not there yet; the API is.
/** @import { App } from '../main.js' */
import { html, useEffect } from '../vendor/htm.js'

/** @param {{ app: App }} props */
export function CampaignView({ app }) {
  useEffect(() => app.title.set({ view: 'Campaign' }), [])
  return html`
    <section class="empty">
      <h1>Campaign</h1>
      <p>This view is not there yet. What it will show, the API has: <a href="/doc">its description</a>.</p>
    </section>
  `
}
