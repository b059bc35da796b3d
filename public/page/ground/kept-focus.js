// Where the focus goes when what had it goes away: a verb that was done, a question that was answered, a step that was left. Without
// this, whoever uses a keyboard or a screen reader is back at the page's beginning.

const HEADING = 'h1, h2'

/** Moves it to the heading of what that stood in. */
export function keepFocus() {
  /** What has it, and all that this stands in, from the inside. @type {Element[]} */
  let place = []
  document.addEventListener('focusin', ({ target }) => {
    place = []
    for (let part = /** @type {Element | null} */ (target); part; part = part.parentElement) place.push(part)
  })
  // Who points beside everything wants it nowhere.
  document.addEventListener('pointerdown', () => (place = []), { capture: true })
  new MutationObserver(() => {
    const [last] = place
    if (!last || last.isConnected || document.activeElement !== document.body) return
    const left = place.filter((part) => part.isConnected)
    place = []
    const heading = left.map((part) => part.querySelector(HEADING)).find((found) => found !== null)
    heading?.setAttribute('tabindex', '-1')
    if (heading instanceof HTMLElement) heading.focus({ preventScroll: true })
  }).observe(document.body, { childList: true, subtree: true })
}
