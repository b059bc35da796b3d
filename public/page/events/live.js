// Live: the last hour, the filter, the list, and at its right what is known of the chosen event.
/** @import { App } from '../main.js' */
/** @import { Filter, Row, Store } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { addressOf, ALL, isAll } from './filter/filter.js'
import { createStore } from '../ground/store.js'
import { Boundary } from '../parts/boundary.js'
import { EventExport } from './event-export.js'
import { EventList, isEvent } from './event-list.js'
import { FilterBar } from './filter/filter-bar.js'
import { FirstStep } from '../setup/first-step.js'
import { useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Inspector } from './message/inspector.js'
import { listKeys } from '../lists/keyset-list.js'
import { RateChart } from './chart/rate-chart.js'

/** @typedef {Store<{ row: Row | null }>} Choice */

/** @param {{ app: App, params: { id?: string } }} props */
export function LiveView({ app, params: { id } }) {
  const { feed, router } = app
  const { filter, paused } = useStore(feed.store)
  const { phase } = useStore(feed.list.store)
  const { search: address } = useStore(router.store)
  // A store, not a state: two keys may come before the page is drawn anew.
  const [choice] = useState(() => createStore(/** @type {{ row: Row | null }} */ ({ row: null })))
  const { row } = useStore(choice)
  const search = useRef(/** @type {HTMLInputElement | null} */ (null))
  const goTo = useRef(/** @type {HTMLInputElement | null} */ (null))
  const box = useRef(/** @type {HTMLElement | null} */ (null))
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const event = new URLSearchParams(address).get('event')
  const open = id !== undefined || event !== null
  const change = (/** @type {Filter} */ next) => router.go(`/${addressOf(next)}`)
  const narrow = (/** @type {Partial<Filter>} */ part) => change({ ...filter, ...part })
  const { size, next } = feed.list.pages
  const none = phase === 'here' && size === 0 && next === null && feed.store.get().waiting === 0
  const { inspect, close } = useWay(app, choice, scroller)

  // Where there is little room the list is seen first, and a bar says what stands above it.
  useEffect(() => {
    const first = box.current?.querySelector('.above') ?? box.current?.firstElementChild
    first?.scrollIntoView()
  }, [none])
  // A list that nobody sees is not held still.
  useEffect(() => () => feed.showNewest(), [])
  useEffect(() => {
    if (!open) app.title.set({ view: 'Live' })
  }, [open])
  // The inspector goes along with the list.
  useEffect(() => {
    if (open && row && isEvent(row) && row.cursor !== event) inspect(row, true)
  }, [row])
  useEffect(
    () =>
      app.keys.use(
        liveKeys({ app, choice, inspect, close, search, goTo, scroller, isOpen: () => isOpen(app) }),
      ),
    [],
  )

  return html`
    <div class=${open ? 'live inspecting' : 'live'}>
      <h1 class="unseen">Live events</h1>
      <div class="stream" ref=${box}>
        ${none && isAll(filter) ? html`<${FirstStep} app=${app} />` : stream()}
      </div>
      ${
        open &&
        html`<${Boundary} key=${id ?? event} what="The inspector">
          <${Inspector}
            app=${app}
            id=${id ?? null}
            event=${event}
            row=${row && isEvent(row) ? row : null}
            onClose=${close}
            onFilter=${narrow}
          />
        <//>`
      }
    </div>
  `

  function stream() {
    return html`
      <${Boundary} what="The chart"
        ><${RateChart} app=${app} filter=${filter} onChange=${change} goTo=${goTo}
      /><//>
      <${FilterBar} app=${app} filter=${filter} onChange=${change} search=${search}>
        <${EventExport} app=${app} filter=${filter} />
        <${PauseButton} paused=${paused} onChange=${(/** @type {boolean} */ on) => feed.hold('pause', on)} />
      <//>
      <button type="button" class="above" onClick=${() => box.current?.scrollTo({ top: 0 })}>
        <${Icon}
          name="up"
        />${isAll(filter) ? 'Chart, search and filter' : 'Filtered: chart, search and filter'}
      </button>
      ${
        none
          ? html`<${NoMatch} isPast=${filter.until !== ''} onAll=${() => change(ALL)} />`
          : html`<${Boundary} what="The list">
              <${EventList}
                app=${app}
                choice=${choice}
                onOpen=${(/** @type {Row} */ opened) => inspect(opened)}
                scroller=${scroller}
              />
            <//>`
      }
    `
  }
}

/** @param {App} app */
function isOpen({ router }) {
  const { params, search } = router.store.get()
  return params.id !== undefined || new URLSearchParams(search).has('event')
}

/**
 * The inspector is an address: it is opened by going there, and "back" closes it.
 * @param {App} app @param {Choice} choice @param {{ current: HTMLElement | null }} scroller
 */
function useWay(app, choice, scroller) {
  /** Opened from here, so "back" leads to the list. */
  const opened = useRef(false)
  const listAddress = () => `/${addressOf(app.feed.store.get().filter)}`
  return {
    /** @param {Row} row @param {boolean} [replace] */
    inspect(row, replace = isOpen(app)) {
      if (!isEvent(row)) return
      choice.set({ row })
      const query = new URLSearchParams(addressOf(app.feed.store.get().filter))
      query.set('event', row.cursor)
      const path = row.messageId ? `/dashboard/messages/${encodeURIComponent(row.messageId)}` : '/'
      if (!replace) opened.current = true
      app.router.go(`${path}?${query}`, { replace })
    },
    close() {
      if (opened.current) history.back()
      else app.router.go(listAddress(), { replace: true })
      opened.current = false
      scroller.current?.focus()
    },
  }
}

/**
 * @param {object} on
 * @param {App} on.app
 * @param {Choice} on.choice
 * @param {(row: Row) => void} on.inspect
 * @param {() => void} on.close
 * @param {() => boolean} on.isOpen
 * @param {{ current: HTMLInputElement | null }} on.search
 * @param {{ current: HTMLInputElement | null }} on.goTo
 * @param {{ current: HTMLElement | null }} on.scroller
 * @returns {Record<string, (event: KeyboardEvent) => boolean | void>}
 */
function liveKeys({ app, choice, inspect, close, isOpen, search, goTo, scroller }) {
  const { feed } = app
  const keys = listKeys({ list: feed.list, choice, onOpen: inspect, scroller, isOption: isEvent })
  const held = (/** @type {string} */ key) => (/** @type {KeyboardEvent} */ event) => {
    const taken = keys[key]?.(event)
    if (taken !== false) feed.hold('keys', true)
    return taken
  }
  return {
    ...keys,
    j: held('j'),
    k: held('k'),
    ArrowDown: held('ArrowDown'),
    ArrowUp: held('ArrowUp'),
    '/': () => search.current?.focus(),
    t: () => goTo.current?.focus(),
    p: () => feed.hold('pause', !feed.store.get().paused),
    Escape: ({ target }) => {
      if (target instanceof HTMLInputElement) return target.blur()
      if (isOpen()) return close()
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
      aria-label=${paused ? 'Resume' : 'Pause'}
      onClick=${() => onChange(!paused)}
    >
      <${Icon} name=${paused ? 'play' : 'pause'} /><span>${paused ? 'Resume' : 'Pause'}</span>
    </button>
  `
}

/** @param {{ isPast: boolean, onAll: () => void }} props */
function NoMatch({ isPast, onAll }) {
  return html`
    <section class="empty">
      <h2>No event matches this filter</h2>
      <p>
        ${
          isPast
            ? 'It covers a time in the past, so nothing new will appear.'
            : 'New events that match will appear here.'
        }
      </p>
      <p><button type="button" class="main" onClick=${onAll}>Show all events</button></p>
    </section>
  `
}
