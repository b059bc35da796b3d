// What is filtered, to take along: a CSV of its facts, or a line of JSON each, with the event as it came.
/** @import { App } from '../main.js' */
/** @import { Filter } from '../types.d.ts' */
import { html, useEffect, useRef } from '../vendor/htm.js'
import { ExportButton } from '../lists/export-button.js'
import { Icon } from '../parts/icon.js'
import { queryOf } from './filter/filter.js'

/** @param {{ app: App, filter: Filter }} props */
export function EventExport({ app, filter }) {
  const menu = useRef(/** @type {HTMLDetailsElement | null} */ (null))
  const query = queryOf(filter)
  const close = () => menu.current?.removeAttribute('open')
  useEffect(() => {
    const away = (/** @type {Event} */ { target }) =>
      target instanceof Node && !menu.current?.contains(target) && close()
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
  }, [])
  const keyed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || !menu.current?.open) return
    event.preventDefault()
    close()
    menu.current.querySelector('summary')?.focus()
  }
  return html`
    <details class="event-export" ref=${menu} onKeyDown=${keyed}>
      <summary class="plain" aria-label="Export"><${Icon} name="inbound" /><span>Export</span></summary>
      <div>
        <p class="hint">Everything the filter matches, newest first</p>
        <${ExportButton}
          app=${app}
          path="/api/events"
          query=${query}
          name="events.csv"
          word="CSV, a line per event"
        />
        <${ExportButton}
          app=${app}
          path="/api/events"
          query=${query}
          name="events.ndjson"
          word="JSON, a line per event"
          type="application/x-ndjson"
        />
      </div>
    </details>
  `
}
