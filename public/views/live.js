// Live: the last hour, the filter, the list, and at its right what is known of the chosen event.
/** @import { App } from '../main.js' */
/** @import { EventRow, Filter, Store } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { addressOf, ALL, isAll } from '../model/filter.js'
import { createStore } from '../model/store.js'
import { EventList, neighbour } from '../parts/event-list.js'
import { FilterBar } from '../parts/filter-bar.js'
import { FirstStep } from '../parts/first-step.js'
import { useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Inspector } from '../parts/inspector.js'
import { RateChart } from '../parts/rate-chart.js'

/** @typedef {{ row: EventRow | null, open: boolean }} Chosen */

/** @param {{ app: App }} props */
export function LiveView({ app }) {
  const { feed, pulse, api, router } = app
  const { filter, phase, paused } = useStore(feed.store)
  // A store, not a state: two keys may come before the page is drawn anew.
  const [choice] = useState(() => createStore(/** @type {Chosen} */ ({ row: null, open: false })))
  const { row, open } = useStore(choice)
  const search = useRef(/** @type {HTMLInputElement | null} */ (null))
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const heading = useRef(/** @type {HTMLElement | null} */ (null))
  const change = (/** @type {Filter} */ next) => router.go(`/${addressOf(next)}`)
  const narrow = (/** @type {Partial<Filter>} */ part) => change({ ...filter, ...part })
  const pause = (/** @type {boolean} */ on) => feed.hold('pause', on)
  const close = () => {
    choice.set({ open: false })
    scroller.current?.focus()
  }

  useEffect(() => {
    document.title = 'Live · Mail Event Hub'
    // A list that nobody sees is not held still.
    return () => feed.showNewest()
  }, [])
  useEffect(() => {
    if (open) heading.current?.focus({ preventScroll: true })
  }, [open])
  useEffect(() => app.keys.use(liveKeys({ feed, choice, close, search, scroller })), [])

  const none = phase === 'ready' && feed.list.size === 0 && feed.list.waiting === 0
  return html`
    <div class=${open && row ? 'live inspecting' : 'live'}>
      <h1 class="unseen">Live events</h1>
      <div class="stream">
        ${none && isAll(filter) ? html`<${FirstStep} api=${api} pulse=${pulse} />` : stream()}
      </div>
      ${
        open &&
        row &&
        html`<${Inspector}
          api=${api}
          feed=${feed}
          row=${row}
          heading=${heading}
          onClose=${close}
          onFilter=${narrow}
        />`
      }
    </div>
  `

  function stream() {
    return html`
      <${RateChart} pulse=${pulse} clock=${api.now} />
      <${FilterBar} filter=${filter} onChange=${change} search=${search}>
        <${PauseButton} paused=${paused} onChange=${pause} />
      <//>
      ${
        none
          ? html`<${NoMatch} onAll=${() => change(ALL)} />`
          : html`<${EventList}
              feed=${feed}
              clock=${api.now}
              chosen=${row}
              onOpen=${(/** @type {EventRow} */ opened) => choice.set({ row: opened, open: true })}
              scroller=${scroller}
            />`
      }
    `
  }
}

/**
 * @param {object} on
 * @param {App['feed']} on.feed
 * @param {Store<Chosen>} on.choice
 * @param {() => void} on.close
 * @param {{ current: HTMLInputElement | null }} on.search
 * @param {{ current: HTMLElement | null }} on.scroller
 * @returns {Record<string, (event: KeyboardEvent) => boolean | void>}
 */
function liveKeys({ feed, choice, close, search, scroller }) {
  const step = (/** @type {1 | -1} */ by) => {
    feed.hold('keys', true)
    choice.set({ row: neighbour(feed, choice.get().row, by) })
  }
  const inList = (/** @type {KeyboardEvent} */ { target }) =>
    target === scroller.current || target === document.body
  return {
    '/': () => search.current?.focus(),
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: (event) => (inList(event) ? step(1) : false),
    ArrowUp: (event) => (inList(event) ? step(-1) : false),
    Enter: (event) => (choice.get().row && inList(event) ? choice.set({ open: true }) : false),
    p: () => feed.hold('pause', !feed.store.get().paused),
    Escape: ({ target }) => {
      if (target === search.current) return search.current?.blur()
      if (choice.get().open) return close()
      feed.hold('keys', false)
      choice.set({ row: null })
    },
  }
}

/** @param {{ paused: boolean, onChange: (on: boolean) => void }} props */
function PauseButton({ paused, onChange }) {
  return html`
    <button
      type="button"
      class="plain pause"
      aria-pressed=${paused ? 'true' : 'false'}
      onClick=${() => onChange(!paused)}
    >
      <${Icon} name=${paused ? 'play' : 'pause'} /><span>${paused ? 'Go on' : 'Pause'}</span>
    </button>
  `
}

/** @param {{ onAll: () => void }} props */
function NoMatch({ onAll }) {
  return html`
    <section class="empty">
      <h2>No event matches this filter</h2>
      <p>
        What matches from now on will show up here. An address, a tag and a campaign must be given in full.
      </p>
      <p><button type="button" class="main" onClick=${onAll}>Show all events</button></p>
    </section>
  `
}
