// What the browser tests run inside the page: checks that need its document. public/tsconfig.json checks the types.

/** The element that has the focus: whether one sees so, its role, its name. */
export function focused() {
  const element = document.activeElement
  if (!element || element === document.body) return 'body'
  const rings = [element, element.closest('form') ?? element].map((one) => getComputedStyle(one).outlineStyle)
  const ring = rings.some((style) => style !== 'none') ? 'ring' : 'no ring'
  const name = element.getAttribute('aria-label') ?? element.textContent ?? ''
  return `${ring} ${element.getAttribute('role') ?? element.tagName} ${name.trim()}`
}

/** How much wider than its window the page is, or its view, or a dialog than itself. */
export function overflow() {
  const parts = [document.documentElement, ...document.querySelectorAll('main, dialog[open]')]
  return Math.max(...parts.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))
}

/** What one has to read whole, and that ends in dots: a state, a time, an amount, a button. */
export function cutWords() {
  const parts = document.querySelectorAll('time, button, dt, label, h2, .status, .kind, .badge, .amount')
  return [...parts]
    .filter((part) => part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX === 'hidden')
    .map(({ textContent }) => textContent)
}

/** Its middle is in sight, and nothing lies over it. @param {Element} element */
export function isSeen(element) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}

/** Nothing of it is cut off. @param {Element} element */
export function isWhole({ scrollWidth, clientWidth, scrollHeight, clientHeight }) {
  return scrollWidth <= clientWidth && scrollHeight <= clientHeight
}

/** Signs whose contrast is below WCAG's 3 (SC 1.4.11); texts are axe's. */
export function faintSigns() {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  if (!canvas) throw new Error('no canvas')
  // However a colour is written, painting it, one over the other, tells what one sees.
  const luminance = (/** @type {string[]} */ colours) => {
    canvas.clearRect(0, 0, 1, 1)
    for (const colour of colours) {
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
    }
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
    const [r = 0, g = 0, b = 0] = parts.map((part) =>
      part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  /** @type {(element: Element | null) => string[]} */
  const grounds = (element) =>
    element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : []
  /** @type {string[]} */
  const found = []
  for (const element of document.querySelectorAll('#page svg.icon')) {
    const ground = grounds(element)
    const [a, b] = [luminance(ground), luminance([...ground, getComputedStyle(element).color])]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 3) found.push(`${contrast.toFixed(2)} ${element.getAttribute('class')}`)
  }
  return [...new Set(found)]
}

/** Words that stand together without a blank: the page's templates drop one that a line ends with. */
export function gluedWords() {
  const isInline = (/** @type {Node | null} */ node) =>
    node instanceof Text || (node instanceof Element && node.matches('a, bdi, code, strong, time'))
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  /** @type {string[]} */
  const found = []
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const [before, after] of [
      [text.previousSibling, text],
      [text, text.nextSibling],
    ]) {
      const pair = [before?.textContent ?? '', after?.textContent ?? '']
      if (!isInline(before ?? null) || !isInline(after ?? null)) continue
      if (/[\p{L}\p{N},:;.)”]$/u.test(pair[0] ?? '') && /^[\p{L}\p{N}(“]/u.test(pair[1] ?? ''))
        found.push(pair.join('|'))
    }
  return [...new Set(found)]
}

/** @param {Element} element */
export function groundOf(element) {
  return getComputedStyle(element).backgroundColor
}

/** @param {Element} element */
export function directionOf(element) {
  return getComputedStyle(element).direction
}

/** @param {Element} element */
export function outlineOf(element) {
  return getComputedStyle(element).outlineStyle
}

/** The type and the ground that all views share. */
export function looksOf() {
  const { fontSize, lineHeight, fontVariantNumeric: numerals } = getComputedStyle(document.body)
  const { backgroundColor: ground } = getComputedStyle(document.documentElement)
  const sizeOf = (/** @type {string} */ of) => document.querySelector(of)?.getBoundingClientRect()
  const [rail, line] = [sizeOf('.rail')?.width, sizeOf('.line')?.height]
  return { type: `${fontSize}/${lineHeight}`, numerals, ground, rail, line }
}

/** @param {Element} element */
export function animationOf(element) {
  const { animationName, animationDuration } = getComputedStyle(element)
  return `${animationName} ${animationDuration}`
}

/** Somebody looks at the tab, or at another. @param {boolean} isHere */
export function look(isHere) {
  Object.defineProperty(document, 'hidden', { configurable: true, value: !isHere })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Files as they are dropped. @param {{ name: string, text: string }} file */
export function droppedFile({ name, text }) {
  const dropped = new DataTransfer()
  dropped.items.add(new File([text], name, { type: 'text/csv' }))
  return dropped
}

/** @param {Element} element */
export function isHatched(element) {
  return getComputedStyle(element).backgroundImage.includes('repeating-linear-gradient')
}

export function clipboardText() {
  return navigator.clipboard.readText()
}

/** What stands in the element that has the focus. */
export function focusedText() {
  return document.activeElement?.textContent ?? ''
}

/** What the page counts in seconds goes no further. */
export function holdSeconds() {
  const at = performance.now()
  performance.now = () => at
}

/** The page's clock is right: what an answer says of the hub's is not looked at. */
export function ignoreHubTime() {
  const { get } = Headers.prototype
  Headers.prototype.get = function (name) {
    return name === 'date' ? null : get.call(this, name)
  }
}

/** From the first on, what moves from its place without anybody having done anything. */
export function watchLayoutShifts() {
  /** @typedef {{ node?: Element, previousRect: DOMRect, currentRect: DOMRect }} Source */
  /** @type {string[]} */
  const shifts = []
  Object.assign(globalThis, { shifts })
  const placeOf = (/** @type {DOMRect} */ { x, y, width, height }) => [x, y, width, height].join(' ')
  const wordsOf = (/** @type {Source} */ { node, previousRect: from, currentRect: to }) =>
    `${node?.outerHTML?.slice(0, 80) ?? node?.textContent} from ${placeOf(from)} to ${placeOf(to)}`
  new PerformanceObserver((list) => {
    const entries = /** @type {(PerformanceEntry & { hadRecentInput: boolean, sources: Source[] })[]} */ (
      list.getEntries()
    )
    // A number that has grown beside a word makes one of the word, which stands where it stood.
    const hasMoved = (/** @type {Source} */ { previousRect: from, currentRect: to }) =>
      placeOf(from) !== placeOf(to)
    for (const { hadRecentInput, sources } of entries)
      if (!hadRecentInput && sources.some(hasMoved)) shifts.push(sources.map(wordsOf).join(', '))
  }).observe({ type: 'layout-shift', buffered: true })
}

/** @returns {string[]} */
export function layoutShifts() {
  return Reflect.get(globalThis, 'shifts')
}

/** What the element that has the focus may be called by: its label, its field's, its text. */
export function focusedNames() {
  const here = document.activeElement
  const isField = here instanceof HTMLInputElement || here instanceof HTMLTextAreaElement
  const labels = isField ? [...(here.labels ?? [])].map(({ textContent }) => textContent) : []
  if (!here || here === document.body) return []
  return [here.getAttribute('aria-label'), ...labels, here.textContent].map((name) => name?.trim())
}

/** What is selected is replaced, as by pasting. @param {Element} input @param {string} text */
export function paste(input, text) {
  if (input instanceof HTMLInputElement) input.select()
  return document.execCommand('insertText', false, text)
}

/** A key within a composition: whether the page has left it alone. @param {Element} input @param {string} key */
export function pressComposing(input, key) {
  const how = { key, isComposing: true, bubbles: true, cancelable: true }
  return input.dispatchEvent(new KeyboardEvent('keydown', how))
}

/** Goes to a view as by a link of the page. @param {string} address */
export function followLink(address) {
  const link = document.createElement('a')
  link.href = address
  link.dataset.view = ''
  document.body.append(link)
  link.click()
  link.remove()
}

/** The rate that stands beside the first word of a lost connection. */
export function rateWhenLost() {
  const state = document.querySelector('.strip .state strong')?.textContent ?? ''
  return state.startsWith('Reconnecting') && document.querySelector('.strip .rate')?.textContent
}

/** Scrolls as a person does: whoever listens has heard of it. @param {Element} element @param {number} top @returns {Promise<void>} */
export function scrollDown(element, top) {
  return new Promise((resolve) => {
    element.addEventListener('scroll', () => resolve(), { once: true })
    element.scrollTo({ top, behavior: 'instant' })
  })
}

/** Of all that a browser gives, some is withheld where others may read along. */
export function isSecure() {
  return isSecureContext
}

/** As two keys of a hand before the next frame: between them is done what is due at once. Then a few frames pass. @param {Element} element */
export async function pressEndThenHome(element) {
  const press = (/** @type {string} */ key) =>
    element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  press('End')
  for (let turns = 0; turns < 10; turns++) await Promise.resolve()
  press('Home')
  for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame)
}
