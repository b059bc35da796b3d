// A list of rows: only those in sight exist in the document, however many there are. One walks it by pointer and keys.
/** @import { KeysetRows } from './keyset.js' */
/** @import { Store } from '../types.d.ts' */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm.js'
import { counted } from '../ground/words.js'
import { createScrollSpace } from './scroll-space.js'
import { createPlaces, stepHere } from '../ground/router.js'
import { Failed, Waiting } from '../parts/asked.js'
import { useMedia, useSize, useStore } from '../parts/hooks.js'

/** Rows beyond the edges that exist already. */
const SPARE = 6
const NARROW = '(max-width: 640px)'

/** The first row in sight. @type {ReturnType<typeof createPlaces<string>>} */
const left = createPlaces()

/** @template Row @typedef {{ row: Row | null }} Choice the row that keys and pointer are at */

/**
 * @template Row
 * @param {object} props
 * @param {KeysetRows<Row>} props.list
 * @param {string} props.label what the list is of, for whoever does not see it
 * @param {string} props.what the same in a sentence: "the subscribers"
 * @param {(row: Row, place: number, first: boolean) => unknown} props.line what stands in a row
 * @param {Store<Choice<Row>>} props.choice
 * @param {(row: Row) => void} props.onOpen
 * @param {{ current: HTMLElement | null }} props.scroller
 * @param {(row: Row) => string} [props.lineClass]
 * @param {string} [props.narrow] where a row has two lines
 * @param {(top: number) => void} [props.onScrolled] how far the first row is out of sight
 * @param {object} [props.on] more listeners for the scrolled element
 * @param {unknown} [props.children] what lies over the list
 */
export function KeysetList(props) {
  const { list, what } = props
  const state = useStore(list.store)
  if (state.phase === 'failed' && list.pages.size === 0)
    return html`<${Failed} of=${state} what=${what} again=${list.retry} />`
  return html`<${Rows} ...${props} />`
}

/** Lives as long as what is scrolled, whose size it follows. @template Row @param {Parameters<typeof KeysetList<Row>>[0]} props */
function Rows(props) {
  const { list, label, what, line, choice, onOpen, scroller, lineClass, onScrolled, on, children } = props
  const { narrow = NARROW } = props
  const { phase, problem, trouble, begun, reads, ending, ends, version } = useStore(list.store)
  const chosen = useStore(choice).row
  const { height: view } = useSize(scroller)
  const lineHeight = useMedia(narrow) ? 56 : 36
  const [space] = useState(createScrollSpace)
  const [top, setTop] = useState(0)
  const { pages } = list
  const total = pages.size * lineHeight
  const first = Math.max(0, Math.floor(top / lineHeight) - SPARE)
  const end = Math.min(pages.size, Math.ceil((top + view) / lineHeight) + SPARE)

  const go = (/** @type {number} */ to) => {
    const at = space.place(to, pages.size * lineHeight, view)
    scroller.current?.scrollTo({ top: at, behavior: 'instant' })
    setTop(at + space.base)
    onScrolled?.(at + space.base)
  }
  const scrolled = () => {
    const { top: at, moveTo } = space.read(scroller.current?.scrollTop ?? 0, total, view)
    if (moveTo !== undefined) scroller.current?.scrollTo({ top: moveTo, behavior: 'instant' })
    if (Math.abs(at - top) > 1) list.stay()
    setTop(at)
    onScrolled?.(at)
    const row = at > 0 ? pages.at(Math.floor(at / lineHeight)) : undefined
    left.leave(row && list.keyOf(row))
  }
  const keyed = (/** @type {KeyboardEvent} */ event) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key !== 'Home' && event.key !== 'End') return
    event.preventDefault()
    list.stay()
    if (event.key === 'End') return list.toEnd()
    go(0)
  }

  // A list that begins anew is seen from its beginning, one that one comes back to from where one left it.
  const seen = useRef(/** @type {string | null} */ (null))
  useEffect(() => {
    const step = stepHere()
    const key = step === seen.current ? undefined : left.here()
    seen.current = step
    go(key === undefined ? 0 : Math.max(0, pages.placeOf(key) * lineHeight))
  }, [reads])
  // At once, not when there is time: whoever presses Home meanwhile would be brought to the end after that.
  useLayoutEffect(() => {
    if (ends > 0) go(total)
  }, [ends])
  // Below the hole one stays at the row that one looks at, whatever is read above it.
  const held = useRef({ key: '', place: -1 })
  useLayoutEffect(() => {
    const { key, place } = held.current
    const now = key === '' ? -1 : pages.placeOf(key)
    if (now !== -1 && now !== place) go(top + (now - place) * lineHeight)
  }, [version])
  useLayoutEffect(() => {
    const place = Math.floor(top / lineHeight)
    const row = pages.hole !== -1 && place > pages.hole ? pages.at(place) : undefined
    held.current = { key: row ? list.keyOf(row) : '', place }
  })
  useEffect(() => {
    if (view > 0) list.need(first, end)
  })
  useEffect(() => {
    const place = chosen ? pages.placeOf(list.keyOf(chosen)) : -1
    if (place < 0 || view === 0) return
    const from = (scroller.current?.scrollTop ?? 0) + space.base
    if (place * lineHeight < from) go(place * lineHeight)
    else if ((place + 1) * lineHeight > from + view) go((place + 1) * lineHeight - view)
  }, [chosen, view > 0])

  /** Below the hole, as far as it is known how many lie in it. @param {number} place */
  const positionOf = (place) => {
    if (pages.hole === -1 || place < pages.hole) return place + 1
    return list.between === null ? undefined : place + list.between
  }

  const chosenPlace = chosen ? pages.placeOf(list.keyOf(chosen)) : -1
  return html`
    <div class=${phase === 'here' ? 'list' : 'list old'} aria-busy=${phase === 'here' ? undefined : 'true'}>
      ${children} ${phase === 'asking' && pages.size === 0 && html`<${Waiting} what=${what} />`}
      ${
        phase === 'failed' &&
        html`<p class="list-says" role="alert">
          Not refreshed: ${problem}
          <button type="button" class="link" onClick=${list.retry}>Try again</button>
        </p>`
      }
      <div
        class="scroller"
        ref=${scroller}
        role="listbox"
        tabindex="0"
        aria-label=${label}
        aria-activedescendant=${chosen && chosenPlace >= first && chosenPlace < end ? lineId(list.keyOf(chosen)) : undefined}
        onScroll=${scrolled}
        onKeyDown=${keyed}
        ...${on}
      >
        <div class="all" role="presentation" style=${{ height: `${space.height(total)}px` }}>
          ${places(first, end).map((place) => {
            // Moved by its transform: what makes room for others is laid out anew by nobody.
            const style = { transform: `translateY(${place * lineHeight - space.base}px)` }
            const row = pages.at(place)
            if (place === pages.hole)
              return html`<div class="line hole" key="hole" role="presentation" style=${style}>
                <span
                  >${list.between === null ? 'More between' : `${counted(list.between, 'more', 'more')} between`}</span
                >
              </div>`
            if (!row)
              return html`<div
                class="line absent"
                key=${`place ${place}`}
                role="presentation"
                style=${style}
              ></div>`
            const key = list.keyOf(row)
            return html`
              <div
                id=${lineId(key)}
                key=${key}
                class=${`line ${lineClass?.(row) ?? ''}`}
                role="option"
                aria-selected=${chosen && key === list.keyOf(chosen) ? 'true' : 'false'}
                aria-setsize="-1"
                aria-posinset=${positionOf(place)}
                data-place=${place}
                style=${style}
                onClick=${() => onOpen(row)}
              >
                ${line(row, place, top < lineHeight)}
              </div>
            `
          })}
        </div>
      </div>
      ${
        (ending || begun) &&
        !trouble &&
        html`<div class="list-waits">
          <${Waiting} what=${ending ? 'the end of the list' : 'what came before'} />
        </div>`
      }
      ${
        trouble &&
        html`<p class="list-says at-end" role="alert">
          ${`${begun ? 'Older ones cannot be loaded right now' : 'Could not load the rest'}: ${trouble} `}
          <button type="button" class="link" onClick=${list.retry}>Try again</button>
        </p>`
      }
    </div>
  `
}

/** @param {string} key */
function lineId(key) {
  return `line-${key}`
}

/** @param {number} first @param {number} end */
function places(first, end) {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}

/**
 * The keys of a list: `j`, `k` and the arrows walk, Enter opens, Esc lets go.
 * @template Row
 * @param {object} on
 * @param {KeysetRows<Row>} on.list
 * @param {Store<Choice<Row>>} on.choice
 * @param {(row: Row) => void} on.onOpen
 * @param {{ current: HTMLElement | null }} on.scroller
 * @param {(row: Row) => boolean} [on.isOption] false: it is walked over
 * @returns {Record<string, (event: KeyboardEvent) => boolean | void>}
 */
export function listKeys({ list, choice, onOpen, scroller, isOption = () => true }) {
  // Whoever has just arrived is at the heading.
  const inList = (/** @type {KeyboardEvent} */ { target }) =>
    [scroller.current, document.body, document.getElementById('view')].includes(
      /** @type {HTMLElement} */ (target),
    ) ||
    (target instanceof Element && target.matches('#view h1'))
  const walk = (/** @type {1 | -1} */ by) => {
    const { row } = choice.get()
    const from = row ? list.pages.placeOf(list.keyOf(row)) : -1
    for (
      let place = from === -1 ? placeInSight() : from + by;
      place >= 0 && place < list.pages.size;
      place += by
    ) {
      const next = list.pages.at(place)
      if (!next) return
      if (isOption(next)) return choice.set({ row: next })
    }
  }
  /** The first row that is wholly in sight. */
  const placeInSight = () => {
    const box = scroller.current?.getBoundingClientRect()
    const lines = [...(scroller.current?.querySelectorAll('.line[data-place]') ?? [])]
    const seen = lines.find((line) => line.getBoundingClientRect().top >= (box?.top ?? 0) - 1)
    return Number(seen?.getAttribute('data-place') ?? 0)
  }
  return {
    j: () => walk(1),
    k: () => walk(-1),
    ArrowDown: (event) => (inList(event) ? walk(1) : false),
    ArrowUp: (event) => (inList(event) ? walk(-1) : false),
    Enter: (event) => {
      const { row } = choice.get()
      return row && inList(event) ? onOpen(row) : false
    },
    Escape: ({ target }) => {
      if (target instanceof HTMLInputElement) return target.blur()
      return choice.get().row ? choice.set({ row: null }) : false
    },
  }
}
