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

/** How much wider than its window the page is. */
export function overflow() {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth
}

/** Its middle is in sight, and nothing lies over it. @param {Element} element */
export function isSeen(element) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}

/** The commonest faults that an accessibility checker would find. */
export function faults() {
  /** @type {string[]} */
  const found = []
  const CONTROLS = 'a, button, input, select, [role=listbox], [role=option], [role=img]'
  const textOf = (/** @type {string} */ id) => document.getElementById(id)?.textContent ?? ''
  const nameOf = (/** @type {Element} */ element) => {
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
    const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(textOf).join('')
    const label = labels.map((one) => one.textContent).join('')
    return element.getAttribute('aria-label') || labelled || label || element.textContent
  }
  for (const control of document.querySelectorAll(CONTROLS))
    if (!nameOf(control)?.trim()) found.push(`no name: ${control.outerHTML.slice(0, 100)}`)
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id twice: ${id}`)
  for (const image of document.querySelectorAll('img'))
    if (!image.hasAttribute('alt')) found.push(`no alt: ${image.src}`)
  for (const landmark of ['main', 'nav', 'header', 'h1'])
    if (!document.querySelector(landmark)) found.push(`no ${landmark}`)
  if (document.querySelectorAll('main').length > 1) found.push('two mains')
  const levels = [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1]))
  if (levels.some((level, index) => level - (levels[index - 1] ?? 0) > 1))
    found.push(`levels: ${levels.join()}`)
  if (!document.documentElement.lang) found.push('no language')
  return [...new Set(found)]
}

/** Texts whose contrast is below WCAG AA's 4.5, and signs below 3. */
export function faint() {
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
  for (const element of document.querySelectorAll('#page *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())
    const sign = element.matches('svg.icon')
    if ((!text && !sign) || element.closest('.unseen, .skip, option')) continue
    const ground = grounds(element)
    const [a, b] = [luminance(ground), luminance([...ground, getComputedStyle(element).color])]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    const what = `${element.tagName} ${element.getAttribute('class')} ${element.textContent?.slice(0, 30)}`
    if (contrast < (sign ? 3 : 4.5)) found.push(`${contrast.toFixed(2)} ${what}`)
  }
  return [...new Set(found)]
}

export function clipboardText() {
  return navigator.clipboard.readText()
}

/** As "back" does, to an address of before that is nothing any more. */
export function goNowhere() {
  history.pushState(null, '', '/dashboard/nothing')
  dispatchEvent(new PopStateEvent('popstate'))
}

/** What stands in the element that has the focus. */
export function focusedText() {
  return document.activeElement?.textContent ?? ''
}
