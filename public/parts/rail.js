// The way through the page. Only what exists: a view that comes later brings its line along.
/** @import { App } from '../main.js' */
import { html } from '../vendor/htm.js'
import { addressOf } from '../model/filter.js'
import { useStore } from './hooks.js'
import { Icon } from './icon.js'

/** @param {{ app: App, path: string, onHelp: () => void }} props */
export function Rail({ app, path, onHelp }) {
  const { filter } = useStore(app.feed.store)
  const { setup } = useStore(app.pulse.store)
  const { auth } = useStore(app.session)
  // Coming back to the list finds the filter that one left.
  const places = [
    { to: '/', address: `/${addressOf(filter)}`, word: 'Live', icon: 'live' },
    { to: '/dashboard/setup', address: '/dashboard/setup', word: 'Set-up', icon: 'setup' },
  ]
  return html`
    <header class="rail">
      <p class="brand"><img src="/icon.svg" alt="" width="20" height="20" /> Mail Event Hub</p>
      <nav aria-label="Views">
        ${places.map(
          ({ to, address, word, icon }) => html`
            <a href=${address} data-view aria-current=${path === to ? 'page' : undefined}>
              <${Icon} name=${icon} />${word}
            </a>
          `,
        )}
      </nav>
      <div class="rail-foot">
        <a href="/doc"><${Icon} name="docs" />API</a>
        <button type="button" onClick=${onHelp}><${Icon} name="keyboard" />Keys</button>
        ${
          auth === 'on' &&
          html`<button type="button" onClick=${app.signOut}><${Icon} name="leave" />Sign out</button>`
        }
        ${setup && html`<p class="version">Version ${setup.version}</p>`}
      </div>
    </header>
  `
}
