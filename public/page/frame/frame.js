// What surrounds every view: the rail (tabs at the bottom of a phone), the strip on top, help, and what is said aloud.
/** @import { App } from '../main.js' */
import { html, useEffect } from '../vendor/htm.js'
import { addressOf } from '../events/filter/filter.js'
import { Announcer } from './announcer.js'
import { Boundary } from '../parts/boundary.js'
import { Help } from './help.js'
import { useStore } from '../parts/hooks.js'
import { Rail } from './rail.js'
import { PendingSends } from './sends.js'
import { Strip } from './strip.js'
import { ViewOf } from './view.js'

/** @param {{ app: App }} props */
export function Frame({ app }) {
  const { open } = useStore(app.helps)

  useEffect(
    () =>
      app.keys.use({
        'g l': () => app.router.go(`/${addressOf(app.feed.store.get().filter)}`),
        'g c': () => app.router.go('/dashboard/campaigns'),
        'g u': () => app.router.go('/dashboard/subscribers'),
        'g s': () => app.router.go('/dashboard/setup'),
        '?': app.help,
      }),
    [],
  )

  return html`
    <a class="skip" href="#view">Skip to the view</a>
    <${Boundary} what="The rail"><${Rail} app=${app} /><//>
    <${Boundary} what="The strip"><${Strip} app=${app} /><//>
    <${ViewOf} app=${app} />
    <${Boundary} what="The list of what is about to be sent"><${PendingSends} app=${app} /><//>
    <${Announcer} app=${app} />
    ${open && html`<${Help} onClose=${() => app.helps.set({ open: false })} />`}
  `
}
