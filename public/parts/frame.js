// What surrounds every view: the rail (tabs at the bottom of a phone), the strip on top, help, and what is said aloud.
/** @import { App } from '../main.js' */
import { html, useEffect, useState } from '../vendor/htm.js'
import { addressOf } from '../model/filter.js'
import { Announcer } from './announcer.js'
import { Help } from './help.js'
import { useStore } from './hooks.js'
import { Rail } from './rail.js'
import { Strip } from './strip.js'

/** @typedef {() => Promise<{ view: (props: { app: App }) => unknown }>} Load */

/** @param {{ app: App, views: Record<string, Load>, otherwise: Load }} props */
export function Frame({ app, views, otherwise }) {
  const { path } = useStore(app.router.store)
  const [helps, setHelps] = useState(false)
  const [shown, setShown] = useState(/** @type {{ path: string, view: unknown } | null} */ (null))

  useEffect(() => {
    let current = true
    const load = views[path] ?? otherwise
    load().then(({ view }) => current && setShown({ path, view }))
    return () => {
      current = false
    }
  }, [path])

  useEffect(
    () =>
      app.keys.use({
        'g l': () => app.router.go(`/${addressOf(app.feed.store.get().filter)}`),
        'g s': () => app.router.go('/dashboard/setup'),
        '?': () => setHelps(true),
      }),
    [],
  )

  return html`
    <a class="skip" href="#view">Skip to the view</a>
    <${Rail} app=${app} path=${path} onHelp=${() => setHelps(true)} />
    <${Strip} app=${app} />
    <main id="view" tabindex="-1">${shown && html`<${shown.view} key=${shown.path} app=${app} />`}</main>
    <${Announcer} app=${app} />
    ${helps && html`<${Help} onClose=${() => setHelps(false)} />`}
  `
}
