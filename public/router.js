// Where in the page one is: the address, read, changed and listened to.
import { createStore } from './model/store.js'

export function createRouter() {
  const store = createStore(read())

  function read() {
    const { pathname, search } = location
    return { path: pathname.replace(/(.)\/+$/, '$1'), search }
  }

  /** @param {string} address @param {{ replace?: boolean }} [how] */
  function go(address, { replace = false } = {}) {
    if (address === location.pathname + location.search) return
    history[replace ? 'replaceState' : 'pushState'](null, '', address)
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

/** @typedef {ReturnType<typeof createRouter>} Router */
