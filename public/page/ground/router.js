// Where in the page one is: the address, what it leads to, and how one gets to another.
import { createStore } from './store.js'
import { unique } from './unique.js'

/**
 * @typedef {object} Route
 * @property {string} path `/dashboard/messages/:id`
 * @property {string} name the view; addresses of one view change it without building it anew
 * @property {() => Promise<Readonly<Record<string, unknown>>>} load the module, and in it the view: the only export that ends in View
 *
 * @typedef {object} Place
 * @property {string} path
 * @property {string} search
 * @property {Route | null} route null: the address is nothing
 * @property {Readonly<Record<string, string>>} params
 */

/** Where one is on the way: the same again after "back", another after a link to the same address. */
export const stepHere = () => String(history.state?.step ?? '')

/** More than a browser's way back is long. */
const MOST_STEPS = 100

/** Where one was at each step of the way, for the way back. @template Place */
export function createPlaces() {
  /** @type {Map<string, Place>} */
  const places = new Map()
  return {
    here: () => places.get(stepHere()),
    /** @param {Place | undefined} place */
    leave(place) {
      const step = stepHere()
      places.delete(step)
      if (place !== undefined) places.set(step, place)
      const [oldest] = places.keys()
      if (oldest !== undefined && places.size > MOST_STEPS) places.delete(oldest)
    },
  }
}

/** @param {readonly Route[]} routes */
export function createRouter(routes) {
  const store = createStore(read())

  /** @returns {Place} */
  function read() {
    const { pathname, search } = location
    const path = pathname.replace(/(.)\/+$/, '$1')
    for (const route of routes) {
      const params = match(route.path, path)
      if (params) return { path, search, route, params }
    }
    return { path, search, route: null, params: {} }
  }

  /** @param {string} address @param {{ replace?: boolean }} [how] */
  function go(address, { replace = false } = {}) {
    if (address === location.pathname + location.search) return
    if (replace) history.replaceState(history.state, '', address)
    else history.pushState({ step: unique() }, '', address)
    store.set(read())
  }

  addEventListener('popstate', () => store.set(read()))
  // Links of the page's own views change the view; all others, and those opened in a new tab, are left alone.
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-view]') : null
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented) return
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(link.pathname + link.search)
  })

  return { store, go }
}

/** @param {string} pattern @param {string} path @returns {Record<string, string> | undefined} */
function match(pattern, path) {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  /** @type {Record<string, string>} */
  const params = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    if (part.startsWith(':') && text !== '') params[part.slice(1)] = decode(text)
    else if (part !== text) return undefined
  }
  return params
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @typedef {ReturnType<typeof createRouter>} Router */
