// The events, as they come: the list stands still while one looks closer, and tells how many are new.
/** @import { App } from '../main.js' */
/** @import { EventRow, Row, Store } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { counted } from '../ground/words.js'
import { EventLine } from './event-line.js'
import { useNow, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { KeysetList } from '../lists/keyset-list.js'

/** More than so many at once are simply there. */
const MOST_FADES = 3
/** Whoever has scrolled by less than this has not left the beginning. */
const AT_TOP = 18

/**
 * @param {object} props
 * @param {App} props.app
 * @param {Store<{ row: Row | null }>} props.choice
 * @param {(row: Row) => void} props.onOpen
 * @param {{ current: HTMLElement | null }} props.scroller
 */
export function EventList({ app, choice, onOpen, scroller }) {
  const { feed } = app
  const { waiting } = useStore(feed.store)
  const now = useNow(app.api.now)
  const fading = useFading(feed)
  const hover = useHover(feed)
  const newest = () => {
    scroller.current?.scrollTo({ top: 0, behavior: 'instant' })
    feed.showNewest()
  }
  return html`
    <${KeysetList}
      list=${feed.list}
      label="Events, newest first"
      what="the events"
      line=${(/** @type {Row} */ row, /** @type {number} */ place) =>
        html`<${EventLine} row=${row} before=${feed.list.pages.at(place + 1)} now=${now} />`}
      lineClass=${(/** @type {Row} */ row) => (row.type === 'gap' ? 'gap' : fading.has(row.cursor) ? 'fading' : '')}
      choice=${choice}
      onOpen=${onOpen}
      scroller=${scroller}
      onScrolled=${(/** @type {number} */ top) => feed.hold('scroll', top > AT_TOP)}
      on=${hover}
    >
      ${
        waiting > 0 &&
        html`<button type="button" class="newer" onClick=${newest}>
          ${counted(waiting, 'new', 'new')} <${Icon} name="up" />
        </button>`
      }
    <//>
  `
}

/** The few that have just come, and are let in gently. @param {App['feed']} feed */
function useFading(feed) {
  const [fading] = useState(() => /** @type {Set<string>} */ (new Set()))
  useEffect(
    () =>
      feed.onRows((rows) => {
        fading.clear()
        if (rows.length <= MOST_FADES) for (const row of rows) fading.add(row.cursor)
      }),
    [],
  )
  return fading
}

/**
 * The list stands still under a pointer that moves over it: what one wants to click must not run away.
 * @param {App['feed']} feed
 */
function useHover(feed) {
  const last = useRef('')
  useEffect(() => () => feed.hold('hover', false), [])
  return {
    /** @param {PointerEvent} event */
    onPointerMove: (event) => {
      // When lines move beneath a resting pointer, browsers tell of a move that was none.
      const at = `${event.screenX} ${event.screenY}`
      const moved = last.current !== '' && last.current !== at
      last.current = at
      if (moved && event.pointerType === 'mouse') feed.hold('hover', true)
    },
    onPointerDown: () => feed.hold('hover', true),
    onPointerLeave: () => {
      last.current = ''
      feed.hold('hover', false)
    },
  }
}

/** @param {Row} row @returns {row is EventRow} */
export function isEvent(row) {
  return row.type === 'event'
}
