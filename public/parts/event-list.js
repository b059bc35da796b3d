// The list: only the lines that are in sight exist in the document, however many there are.
/** @import { LiveFeed } from '../live-feed.js' */
/** @import { Clock, EventRow, Row } from '../types.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { counted } from '../model/words.js'
import { EventLine, lineId } from './event-line.js'
import { useMedia, useNow, useSize, useStore } from './hooks.js'
import { Icon } from './icon.js'

/** Lines beyond the edges that exist already. */
const SPARE = 6
/** So many lines before its end, the list fetches more. */
const AHEAD = 40
const MOST_FADES = 3
const NARROW = '(max-width: 640px)'

/**
 * @param {object} props
 * @param {LiveFeed} props.feed
 * @param {Clock} props.clock
 * @param {EventRow | null} props.chosen
 * @param {(row: EventRow) => void} props.onOpen
 * @param {{ current: HTMLElement | null }} props.scroller
 */
export function EventList({ feed, clock, chosen, onOpen, scroller }) {
  const { reads, waiting, phase, come } = useStore(feed.store)
  const { height } = useSize(scroller)
  const lineHeight = useMedia(NARROW) ? 56 : 36
  const [top, setTop] = useState(0)
  const now = useNow(clock)
  const { list } = feed

  const first = Math.max(0, Math.floor(top / lineHeight) - SPARE)
  const end = Math.min(list.size, Math.ceil((top + height) / lineHeight) + SPARE)

  // A list that begins anew is seen from its beginning.
  useEffect(() => scroller.current?.scrollTo(0, 0), [reads])
  useEffect(() => {
    if (height > 0 && end > list.size - AHEAD) feed.loadOlder()
    if (first < list.above) feed.loadNewer()
  })
  useEffect(() => keepInSight(scroller.current, list.placeOf(chosen?.cursor), lineHeight), [chosen])

  // A few new lines are let in gently; many at once are simply there.
  const fades = (/** @type {number} */ place) => place < come && come <= MOST_FADES && top < lineHeight
  const onScroll = () => {
    const at = scroller.current?.scrollTop ?? 0
    feed.hold('scroll', at > lineHeight / 2)
    setTop(at)
  }
  const showNewest = () => {
    scroller.current?.scrollTo(0, 0)
    feed.showNewest()
  }

  return html`
    <div class=${phase === 'loading' ? 'list old' : 'list'}>
      ${
        waiting > 0 &&
        html`<button type="button" class="newer" onClick=${showNewest}>
          ${counted(waiting, 'new', 'new')} <${Icon} name="up" />
        </button>`
      }
      <div
        class="scroller"
        ref=${scroller}
        role="listbox"
        tabindex="0"
        aria-label="Events, the newest first"
        aria-activedescendant=${
          chosen && isInSight(list.placeOf(chosen.cursor), first, end) ? lineId(chosen.cursor) : undefined
        }
        onScroll=${onScroll}
        ...${useHover(feed)}
      >
        <div class="all" role="presentation" style=${{ height: `${list.size * lineHeight}px` }}>
          <div class="some" role="presentation" style=${{ transform: `translateY(${first * lineHeight}px)` }}>
            ${places(first, end).map((place) => {
              const row = list.at(place)
              return row
                ? html`<${EventLine}
                    key=${row.cursor}
                    row=${row}
                    before=${list.at(place + 1)}
                    now=${now}
                    chosen=${row.cursor === chosen?.cursor}
                    fades=${fades(place)}
                    onOpen=${onOpen}
                  />`
                : html`<div class="line absent" key=${`place ${place}`} role="presentation"></div>`
            })}
          </div>
        </div>
      </div>
    </div>
  `
}

/** @param {number} first @param {number} end */
function places(first, end) {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}

/** @param {number} place @param {number} first @param {number} end */
function isInSight(place, first, end) {
  return place >= first && place < end
}

/** @param {HTMLElement | null} element @param {number} place @param {number} lineHeight */
function keepInSight(element, place, lineHeight) {
  if (!element || place < 0) return
  const top = place * lineHeight
  if (top < element.scrollTop) element.scrollTop = top
  const bottom = top + lineHeight - element.clientHeight
  if (bottom > element.scrollTop) element.scrollTop = bottom
}

/**
 * The list stands still under a pointer that moves over it: what one wants to click must not run away.
 * @param {LiveFeed} feed
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

/**
 * The line after (or before) the chosen one; the first in sight when none is chosen.
 * @param {LiveFeed} feed
 * @param {EventRow | null} chosen
 * @param {1 | -1} step
 * @returns {EventRow | null}
 */
export function neighbour({ list }, chosen, step) {
  const from = list.placeOf(chosen?.cursor)
  for (let place = from === -1 ? list.above : from + step; place >= 0 && place < list.size; place += step) {
    /** @type {Row | undefined} */
    const row = list.at(place)
    if (row?.type === 'event') return row
  }
  return chosen
}
