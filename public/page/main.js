// The page's beginning: makes the parts that talk to the hub, signs in, and shows the view of the address.
import { html, render, useEffect } from './vendor/htm.js'
import { createApi } from './ground/api.js'
import { createAsking, problemOf } from './ground/asking.js'
import { connect } from '../client.js'
import { createKeys } from './ground/keys.js'
import { createLiveFeed } from './events/feed/live-feed.js'
import { filterFromAddress, isAll } from './events/filter/filter.js'
import { createStore } from './ground/store.js'
import { Failed, Waiting } from './parts/asked.js'
import { Boundary } from './parts/boundary.js'
import { Frame } from './frame/frame.js'
import { useStore } from './parts/hooks.js'
import { createPulse } from './events/counts/pulse.js'
import { createRouter } from './ground/router.js'
import { ROUTES } from './routes.js'
import { createCampaigns } from './campaigns/store.js'
import { createSends } from './campaigns/sends.js'
import { isStoreLost, refusalOf } from './setup/problems.js'
import { createSetup } from './setup/store.js'
import { keepFocus } from './ground/kept-focus.js'
import { createTitle } from './frame/title.js'
import { SignInView } from './frame/sign-in.js'

const POLL_CAMPAIGNS_MS = 5000

/** @typedef {{ state: 'asking' | 'out' | 'in', auth: 'on' | 'off', problem: string }} SessionState */

/** Of this browser's other tabs: a session that ends in one ends in all, and a draft that is deleted in one is gone in all. */
const tabs = new BroadcastChannel('session')
let started = false
const session = createStore(/** @type {SessionState} */ ({ state: 'asking', auth: 'on', problem: '' }))
const spoken = createStore({ said: '' })
const helps = createStore({ open: false })
const api = createApi({ onSignedOut, onReached: () => asking.wake() })
const asking = createAsking({ clock: api.now })
const campaigns = createCampaigns({ api })
const setup = createSetup({ api, asking })
const feed = createLiveFeed({
  api,
  asking,
  connect,
  onCampaign: campaigns.put,
  onSetup(told) {
    const isBack = setup.store.get().state !== 'here'
    setup.put(told)
    // What the hub could not tell, it could not give elsewhere, either.
    if (isBack) asking.wake()
  },
  onSignedOut,
})
const pulse = createPulse({
  api,
  asking,
  seesAll: () => isAll(feed.store.get().filter) && feed.seesAll(),
})

/** What every view is given. @typedef {typeof app} App */
const app = {
  api,
  /** Asks, with the four states of an answer. */
  asking,
  router: createRouter(ROUTES),
  keys: createKeys(),
  /** The title of the tab. */
  title: createTitle(),
  session,
  spoken,
  helps,
  // One store a subject.
  feed,
  pulse,
  campaigns,
  sends: createSends({ api, put: campaigns.put, say: (said) => spoken.set({ said }) }),
  setup,
  /** A hub that is frozen keeps its sockets, and says nothing on them. */
  isSilent: () => setup.store.get().state !== 'here' && !api.isReached(),
  /** A hub whose event store is away keeps its sockets, too, and says so when it is asked. */
  isStoreAway() {
    const { state, value, code } = setup.store.get()
    return code === 'feed.unavailable' || (state === 'here' && value !== undefined && isStoreLost(value))
  },
  /** Why the hub can store no event, though it can be asked; empty: it can, as far as is known. */
  refusal() {
    const { state, value } = setup.store.get()
    return state === 'here' && value ? refusalOf(value) : ''
  },
  /** For whoever does not see the page. @param {string} said */
  say: (said) => spoken.set({ said }),
  help: () => helps.set({ open: true }),
  signOut,
  /** @param {string} id of a draft */
  deleted(id) {
    campaigns.remove(id)
    tell({ deleted: id })
  },
}

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
    if (!now.signed_in) session.set({ problem: problemOf(error) })
    return now
  }
}

/** A question as any other: it has a time limit, and is asked again by itself. */
let entry = asking.question(() => signInByLink(null))

function begin(token = takeLinkToken()) {
  entry.close()
  entry = asking.question(() => signInByLink(token))
  entry.store.subscribe(() => {
    const { state, value } = entry.store.get()
    if (state === 'here' && value) session.set({ state: value.signed_in ? 'in' : 'out', auth: value.auth })
    else if (state === 'failed') session.set({ problem: entry.store.get().problem })
  })
  entry.ask()
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
    app.setup.close()
  }
  session.set({ state: 'out' })
}

/** @param {'out' | { deleted: string }} what */
function tell(what) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel, not a window
  tabs.postMessage(what)
}

/** @param {MessageEvent<Parameters<typeof tell>[0]>} event */
function onTold({ data: what }) {
  if (what === 'out') onSignedOut()
  else campaigns.remove(what.deleted)
}

async function signOut() {
  await api.signOut()
  tell('out')
  location.assign('/')
}

function watchAddress() {
  const { route, search } = app.router.store.get()
  if (route?.name === 'live') feed.setFilter(filterFromAddress(search))
}

/** What happens while nobody looks is told by the title of the tab. */
function watchUnseen() {
  feed.onRows((rows) => {
    if (document.hidden) app.title.set({ unseen: app.title.get().unseen + rows.length })
  })
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    app.title.set({ unseen: 0 })
    asking.wake()
  })
}

function start() {
  // Signed in again after the session had ended: from the start, and nothing of before is in the way.
  if (started) return location.reload()
  started = true
  const { route, search } = app.router.store.get()
  feed.open(filterFromAddress(route?.name === 'live' ? search : ''))
  feed.onRows(pulse.count)
  pulse.start()
  app.setup.ask()
  app.router.store.subscribe(watchAddress)
  watchUnseen()
  setInterval(() => feed.store.get().polls && campaigns.refresh().catch(() => {}), POLL_CAMPAIGNS_MS)
}

function Page() {
  const { state, problem } = useStore(session)
  useEffect(() => {
    if (state === 'in') start()
  }, [state === 'in'])
  if (state === 'in') return html`<${Frame} app=${app} />`
  if (state === 'out') return html`<${SignInView} app=${app} />`
  return html`
    <main class="entry">
      ${problem ? html`<${Failed} of=${{ problem }} what="this page" again=${entry.ask} />` : html`<${Waiting} what="this page" />`}
    </main>
  `
}

render(
  html`<${Boundary} what="The page"><${Page} /><//>`,
  /** @type {Element} */ (document.getElementById('page')),
)
keepFocus()
addEventListener('hashchange', onHashChange)
tabs.addEventListener('message', onTold)
begin()
