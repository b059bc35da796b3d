// What is filtered, to take along: a CSV of its facts, or JSON with every event as it came.
/** @import { App } from '../main.js' */
/** @import { EventsPage, Filter } from '../types.d.ts' */
import { html, useEffect, useRef } from '../vendor/htm.js'
import { ExportButton } from '../lists/export-button.js'
import { Icon } from '../parts/icon.js'
import { queryOf } from './filter.js'

const PAGE = 1000

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
        <p class="hint">All that the filter shows, the newest first</p>
        <${ExportButton}
          app=${app}
          path="/api/events"
          query=${query}
          name="events.csv"
          word="CSV, a line each"
        />
        <${ExportButton}
          app=${app}
          path="/api/events"
          query=${query}
          name="events.json"
          word="JSON, as they came"
          read=${readAll(app, query)}
        />
      </div>
    </details>
  `
}

/**
 * All pages as one array.
 * @param {App} app @param {Readonly<Record<string, string>>} query
 * @returns {import('../lists/export-button.js').Read}
 */
const readAll =
  ({ api }, query) =>
  async (signal, onProgress) => {
    const parts = []
    let bytes = 0
    let before = ''
    for (;;) {
      const page = /** @type {EventsPage} */ (
        await api.get('/api/events', { query: { ...query, limit: PAGE, before }, signal })
      )
      const text = page.events.map((event) => JSON.stringify(event)).join(',\n')
      parts.push(parts.length === 0 ? `[\n${text}` : `,\n${text}`)
      onProgress((bytes += text.length))
      if (page.next === null) return [...parts, '\n]\n']
      before = page.next
    }
  }
