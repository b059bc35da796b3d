// Choosing a time in the chart: with the pointer (a bar, or several by dragging) or with the keys.
/** @import { Frame } from '../counts/spans.js' */
/** @import { Bar } from '../counts/rates.js' */
/** @import { Filter } from '../../types.d.ts' */
import { useState } from '../../vendor/htm.js'
import { iso } from '../counts/spans.js'

/** @typedef {{ first: number, end: number }} Range of bars */

const STEPS = /** @type {Readonly<Record<string, number>>} */ ({
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
})

/**
 * Arrows look, with Shift at more, Enter chooses, Esc lets go.
 * @param {{ frame: Frame, bars: readonly Bar[], width: number, filter: Filter, onChange: (filter: Filter) => void }} on
 */
export function useChartChoice({ frame, bars, width, filter, onChange }) {
  const [pointed, setPointed] = useState(/** @type {number | null} */ (null))
  const [anchor, setAnchor] = useState(/** @type {number | null} */ (null))
  const others = [pointed, anchor ?? pointed].filter((index) => index !== null)
  const range = others.length > 0 ? { first: Math.min(...others), end: Math.max(...others) + 1 } : null
  const last = bars.length - 1
  const within = (/** @type {number} */ index) => Math.max(0, Math.min(last, index))
  const forget = () => {
    setPointed(null)
    setAnchor(null)
  }
  const indexAt = (/** @type {PointerEvent} */ event) => {
    const { left } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect()
    return within(Math.floor(((event.clientX - left) / width) * bars.length))
  }
  const choose = () => {
    if (!range) return
    const { start, isLive, span } = frame
    const [since, end] = [iso(start + range.first * span.step), iso(start + range.end * span.step)]
    // Up to now: what comes belongs to it, too.
    const until = isLive && range.end > last ? '' : end
    const isChosen = filter.since === since && filter.until === until
    onChange({ ...filter, since: isChosen ? '' : since, until: isChosen ? '' : until, span: span.name })
    setAnchor(null)
  }
  const on = {
    onPointerDown: (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return
      const plot = /** @type {Element} */ (event.currentTarget)
      plot.setPointerCapture(event.pointerId)
      const index = indexAt(event)
      setPointed(index)
      setAnchor(index)
    },
    onPointerMove: (/** @type {PointerEvent} */ event) => setPointed(indexAt(event)),
    onPointerUp: () => anchor !== null && choose(),
    onPointerCancel: forget,
    onPointerLeave: () => anchor === null && forget(),
    onBlur: forget,
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      const by = STEPS[event.key]
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (by !== undefined) {
        setPointed(within((pointed ?? last + 1) + by))
        if (!event.shiftKey) setAnchor(null)
        else if (anchor === null) setAnchor(pointed)
      } else if (event.key === 'Enter' || event.key === ' ') choose()
      else if (event.key === 'Escape' && range) forget()
      else return
      event.preventDefault()
    },
  }
  return { pointed, range, on }
}
