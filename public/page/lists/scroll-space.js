// Where one is in a list that may be taller than a browser can make an element (about 33 million pixels).
//
// Up to TALLEST the element is as tall as the list. Beyond it the element is a window onto the list: small steps move
// both alike, a jump (the scroll bar, Home, End) goes to the same share of the list, and near an edge of the window
// that is none of the list the window is moved along.

export const TALLEST = 8_000_000

export function createScrollSpace() {
  /** So much of the list lies above the window's own beginning. */
  let base = 0
  let last = 0

  /** @param {number} top @param {number} total @param {number} view */
  function place(top, total, view) {
    const room = Math.max(0, total - view)
    const at = Math.max(0, Math.min(room, top))
    last = total <= TALLEST ? at : Math.round((at / room) * (TALLEST - view))
    base = at - last
    return last
  }

  return {
    get base() {
      return base
    },
    /** @param {number} total */
    height: (total) => Math.min(total, TALLEST),
    /** Where the element must be scrolled to, to see the list at `top`. */
    place,
    /**
     * The element was scrolled: where in the list that is, and where the element must be moved to, if it must.
     * @param {number} scrolled @param {number} total @param {number} view
     * @returns {{ top: number, moveTo?: number }}
     */
    read(scrolled, total, view) {
      const jumped = Math.abs(scrolled - last) > 3 * view
      last = scrolled
      if (total <= TALLEST) {
        base = 0
        return { top: scrolled }
      }
      const [span, room] = [TALLEST - view, total - view]
      if (jumped) base = Math.round((scrolled / span) * room) - scrolled
      const top = Math.max(0, Math.min(room, scrolled + base))
      const atEdge = (scrolled < view && top > view) || (scrolled > span - view && top < room - view)
      return atEdge ? { top, moveTo: place(top, total, view) } : { top }
    },
  }
}
