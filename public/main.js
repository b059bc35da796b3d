// The page's beginning: makes the parts that talk to the hub, signs in, and shows the view of the address.
import { html, render, useEffect } from './vendor/htm.js'
import { createApi } from './api.js'
import { connect } from './client.js'
import { createKeys } from './keys.js'
import { createLiveFeed } from './live-feed.js'
import { filterFromAddress, isAll } from './model/filter.js'
import { createStore } from './model/store.js'
import { Frame } from './parts/frame.js'
import { useStore } from './parts/hooks.js'
import { createPulse } from './pulse.js'
import { createRouter } from './router.js'
import { LiveView } from './views/live.js'
import { SignInView } from './views/sign-in.js'

/** @typedef {{ state: 'asking' | 'out' | 'in', auth: 'on' | 'off', problem: string }} SessionState */

let started = false
const session = createStore(/** @type {SessionState} */ ({ state: 'asking', auth: 'on', problem: '' }))
const api = createApi({ onSignedOut })
const router = createRouter()
const keys = createKeys()
const feed = createLiveFeed({ api, connect, onSignedOut })
const pulse = createPulse({
  api,
  seesAll: () => isAll(feed.store.get().filter) && feed.store.get().connection.state === 'live',
})

/** @typedef {{ api: typeof api, router: typeof router, keys: typeof keys, feed: typeof feed, pulse: typeof pulse, session: typeof session, signOut: () => void }} App */
/** @type {App} */
const app = { api, router, keys, feed, pulse, session, signOut }

/** The start prints a link with the token behind the `#`, which browsers never send to a server. */
function takeLinkToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) history.replaceState(null, '', location.pathname + location.search)
  return token
}

/** @param {string | null} token */
async function signInByLink(token) {
  if (!token) return api.session()
  try {
    return await api.signIn(token)
  } catch (error) {
    const now = await api.session()
    if (!now.signed_in) session.set({ problem: error instanceof Error ? error.message : String(error) })
    return now
  }
}

let attempts = 0

async function begin(token = takeLinkToken()) {
  const attempt = (attempts += 1)
  try {
    const { signed_in: signedIn, auth } = await signInByLink(token)
    // The answer to an older question may come last: a link was opened meanwhile.
    if (attempt === attempts) session.set({ state: signedIn ? 'in' : 'out', auth })
  } catch {
    // The hub is starting, or away: the page that is here already waits for it.
    if (attempt === attempts) setTimeout(begin, 2000, token)
  }
}

/** In a tab that shows the page already, opening the link changes only what is behind the `#`, and loads nothing. */
function onHashChange() {
  const token = takeLinkToken()
  if (token) begin(token)
}

function onSignedOut() {
  if (started) {
    feed.close()
    pulse.stop()
  }
  session.set({ state: 'out' })
}

async function signOut() {
  await api.signOut()
  location.assign('/')
}

function watchAddress() {
  const { path, search } = router.store.get()
  if (path === '/') feed.setFilter(filterFromAddress(search))
}

function start() {
  // Signed in again after the session had ended: from the start, and nothing of before is in the way.
  if (started) return location.reload()
  started = true
  const { path, search } = router.store.get()
  feed.open(filterFromAddress(path === '/' ? search : ''))
  feed.onRows(pulse.count)
  pulse.start()
  router.store.subscribe(watchAddress)
}

/** Views beyond the first are loaded when one goes there. @type {Record<string, () => Promise<{ view: (props: { app: App }) => unknown }>>} */
const VIEWS = {
  '/': async () => ({ view: LiveView }),
  '/dashboard/setup': async () => ({ view: (await import('./views/setup.js')).SetupView }),
}
const notFound = async () => ({ view: (await import('./views/not-found.js')).NotFoundView })

function Page() {
  const { state } = useStore(session)
  useEffect(() => {
    if (state === 'in') start()
  }, [state === 'in'])
  if (state === 'asking') return null
  return state === 'in'
    ? html`<${Frame} app=${app} views=${VIEWS} otherwise=${notFound} />`
    : html`<${SignInView} app=${app} />`
}

render(html`<${Page} />`, /** @type {Element} */ (document.getElementById('page')))
addEventListener('hashchange', onHashChange)
begin()
