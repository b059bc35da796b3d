// The view of the address: loaded, shown, and given the focus when one has gone there. One that cannot be loaded says so.
/** @import { App } from '../main.js' */
/** @import { Route } from '../ground/router.js' */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm.js'
import { createRetry } from '../ground/asking.js'
import { createPlaces, stepHere } from '../ground/router.js'
import { NotFoundView } from './not-found.js'
import { Failed, Waiting } from '../parts/asked.js'
import { Boundary } from '../parts/boundary.js'
import { useStore } from '../parts/hooks.js'

/** @typedef {{ name: string, view?: unknown, problem: string }} Shown */

const LIMIT_MS = 15_000
const LATE = new Error('The hub does not answer')
const NOTHING = { name: 'nothing', view: NotFoundView, problem: '' }
/** How far one had scrolled. @type {ReturnType<typeof createPlaces<number>>} */
const scrolled = createPlaces()

/** @param {{ app: App }} props */
export function ViewOf({ app }) {
  const { route, params } = useStore(app.router.store)
  const [shown, setShown] = useState(/** @type {Shown | null} */ (null))
  const element = useRef(/** @type {HTMLElement | null} */ (null))
  const name = route?.name ?? 'nothing'

  useEffect(() => {
    if (!route) return setShown(NOTHING)
    let current = true
    const retry = createRetry(() => load(route, (next) => current && setShown(next), retry))
    retry.now()
    const forget = app.asking.onWake(() => retry.waits && retry.now())
    return () => {
      current = false
      retry.cancel()
      forget()
    }
  }, [name])

  const here = shown?.name === name
  const ready = here && shown?.view !== undefined
  useScrolledBack(element, ready, name)
  useArrival(app, element, ready, name)
  return html`
    <main
      id="view"
      tabindex="-1"
      ref=${element}
      onScroll=${() => here && scrolled.leave(element.current?.scrollTop)}
    >
      ${!here && html`<${Waiting} key=${name} what="this view" />`}
      ${
        here &&
        shown.view === undefined &&
        html`<${Failed} of=${shown} what="this view" again=${() => location.reload()} />`
      }
      ${
        here &&
        shown.view !== undefined &&
        html`<${Boundary} key=${name} what="This view"><${shown.view} app=${app} params=${params} /><//>`
      }
    </main>
  `
}

/** @param {Route} route @param {(shown: Shown) => void} show @param {ReturnType<typeof createRetry>} retry */
async function load(route, show, retry) {
  try {
    const [loaded] = await Promise.race([Promise.all([route.load(), loadStyles(route.name)]), late()])
    const view = Object.entries(loaded).find(([exported]) => exported.endsWith('View'))?.[1]
    show({ name: route.name, view, problem: '' })
  } catch (error) {
    // One that cannot be read (a file of another version) is had again by loading the page anew: "Try again" does that.
    console.error(error)
    show({ name: route.name, problem: error === LATE ? LATE.message : 'its files could not be loaded' })
    retry.later()
  }
}

/** @returns {Promise<never>} */
const late = () => new Promise((_, reject) => setTimeout(reject, LIMIT_MS, LATE))

/** index.html names the style sheets of each view; they are loaded with it. @param {string} name */
function loadStyles(name) {
  /** @type {NodeListOf<HTMLLinkElement>} */
  const links = document.querySelectorAll(`link[data-view~="${name}"]`)
  return Promise.all([...links].filter((link) => link.rel !== 'stylesheet').map(loadStyle))
}

/** @param {HTMLLinkElement} link */
function loadStyle(link) {
  const { promise, resolve, reject } = Promise.withResolvers()
  link.addEventListener('load', resolve, { once: true })
  link.addEventListener('error', reject, { once: true })
  link.rel = 'stylesheet'
  return promise.catch((error) => {
    link.rel = ''
    throw error
  })
}

/**
 * Another view is seen from its top, one that one comes back to from where one left it, as soon as that much of it is there.
 * @param {{ current: HTMLElement | null }} element @param {boolean} ready @param {string} name
 */
function useScrolledBack(element, ready, name) {
  const before = useRef('')
  const step = stepHere()
  useLayoutEffect(() => {
    const view = element.current
    const to = scrolled.here() ?? (before.current === name ? undefined : 0)
    if (!ready || !view || to === undefined) return
    before.current = name
    const grows = new MutationObserver(goBack)
    // Whoever scrolls by then is where they want to be.
    const own = new AbortController()
    const stop = () => {
      grows.disconnect()
      own.abort()
    }
    for (const by of ['wheel', 'pointerdown', 'keydown'])
      view.addEventListener(by, stop, { signal: own.signal })
    grows.observe(view, { childList: true, subtree: true })
    goBack()
    return stop

    function goBack() {
      view?.scrollTo({ top: to, behavior: 'instant' })
      if (view && view.scrollTop >= Number(to) - 1) stop()
    }
  }, [ready, name, step])
}

/**
 * Who has gone to another view is there with the focus, too, and hears where that is. Not at the beginning: a page that
 * has just been opened keeps the focus that the browser gave it.
 * @param {App} app @param {{ current: HTMLElement | null }} element @param {boolean} ready @param {string} name
 */
function useArrival(app, element, ready, name) {
  const before = useRef('')
  useLayoutEffect(() => {
    if (!ready || before.current === name) return
    const first = before.current === ''
    before.current = name
    if (first) return
    const view = /** @type {HTMLElement} */ (element.current)
    if (arrive()) return
    // Its heading comes with an answer: until then one is at the view, unless one has gone on already.
    view.focus({ preventScroll: true })
    const comes = new MutationObserver(() => {
      if (document.activeElement !== view || arrive()) comes.disconnect()
    })
    comes.observe(view, { childList: true, subtree: true })
    return () => comes.disconnect()

    function arrive() {
      const heading = view.querySelector('h1')
      heading?.setAttribute('tabindex', '-1')
      heading?.focus({ preventScroll: true })
      app.say(heading?.textContent ?? '')
      return heading !== null
    }
  }, [ready, name])
}
