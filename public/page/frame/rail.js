// The way through the page.
/** @import { App } from '../main.js' */
import { html } from '../vendor/htm.js'
import { addressOf } from '../events/filter/filter.js'
import { useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { SignOut } from './sign-in.js'

/** @param {{ app: App }} props */
export function Rail({ app }) {
  const { filter } = useStore(app.feed.store)
  const { route } = useStore(app.router.store)
  const { value: setup } = useStore(app.setup.store)
  // Coming back to the list finds the filter that one left.
  const places = [
    { names: ['live'], address: `/${addressOf(filter)}`, word: 'Live', icon: 'live' },
    { names: ['campaigns', 'campaign'], address: '/dashboard/campaigns', word: 'Campaigns', icon: 'sent' },
    {
      names: ['subscribers', 'subscriber', 'suppressions', 'import'],
      address: '/dashboard/subscribers',
      word: 'Subscribers',
      icon: 'people',
    },
    { names: ['setup'], address: '/dashboard/setup', word: 'Set-up', icon: 'setup' },
  ]
  return html`
    <header class="rail">
      <p class="brand"><img src="/icon.svg" alt="" width="20" height="20" /> Mail Event Hub</p>
      <nav aria-label="Views">
        ${places.map(
          ({ names, address, word, icon }) => html`
            <a
              href=${address}
              data-view
              aria-current=${route && names.includes(route.name) ? 'page' : undefined}
            >
              <${Icon} name=${icon} />${word}
            </a>
          `,
        )}
      </nav>
      <div class="rail-foot">
        <a href="/doc"><${Icon} name="docs" />API</a>
        <button type="button" onClick=${app.help}><${Icon} name="keyboard" />Shortcuts</button>
        <${SignOut} app=${app}><${Icon} name="leave" />Sign out<//>
        <p class="version">${setup ? `Version ${setup.version}` : ''}</p>
      </div>
    </header>
  `
}
