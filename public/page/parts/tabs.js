// Parts of a view, one at a time. Each has an address, so they are links: back and forward work, and so does a bookmark.
import { html } from '../vendor/htm.js'

/** @param {{ label: string, tabs: readonly { word: string, address: string, current: boolean }[] }} props */
export function Tabs({ label, tabs }) {
  return html`
    <nav class="tabs" aria-label=${label}>
      ${tabs.map(
        ({ word, address, current }) => html`
          <a href=${address} data-view aria-current=${current ? 'page' : undefined}> ${word} </a>
        `,
      )}
    </nav>
  `
}
