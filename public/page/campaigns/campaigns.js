// Campaigns: a line each, newest first, with how far it is and what came back. Pushed by the socket.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { createLooked } from '../lists/looked.js'
import { doneOf, isKnown, missingSince, newsOf, sentOf, stateLook } from './words.js'
import { createStore } from '../ground/store.js'
import { age, count, fullTime, shortDay, timeOfDay, titleOf } from '../ground/words.js'
import { useNow, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { KeysetList, listKeys } from '../lists/keyset-list.js'
import { Progress } from '../parts/progress.js'

const PAGE = 50
/** Where a line has no room for all. The same in campaigns.css. */
const NARROW = '(max-width: 1100px)'
/** The most that the API gives at once. */
const MOST = 200

/** @param {{ app: App }} props */
export function CampaignsView({ app }) {
  const list = useCampaignList(app)
  const [choice] = useState(() => createStore(/** @type {{ row: Campaign | null }} */ ({ row: null })))
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const now = useNow(app.api.now)
  const { phase } = useStore(list.store)
  const missing = missingSince(useStore(app.setup.store).value)
  const open = (/** @type {Campaign} */ { id }) => app.router.go(`/dashboard/campaigns/${id}`)
  const write = () => app.router.go('/dashboard/campaigns/new')
  useEffect(() => app.title.set({ view: 'Campaigns' }), [])
  useEffect(() => app.keys.use({ ...listKeys({ list, choice, onOpen: open, scroller }), n: write }), [list])
  return html`
    <div class="campaigns">
      <header class="view-head">
        <h1>Campaigns</h1>
        <a class="main" href="/dashboard/campaigns/new" data-view>New campaign</a>
      </header>
      ${
        phase === 'here' && list.pages.size === 0
          ? html`<section class="empty">
              <h2>No campaign yet</h2>
              <p>
                A campaign is one mail to everybody on the list. You can preview and test it before you send
                it.
              </p>
              <p><a class="main" href="/dashboard/campaigns/new" data-view>Write your first campaign</a></p>
            </section>`
          : html`<${KeysetList}
              list=${list}
              label="Campaigns, newest first"
              what="the campaigns"
              choice=${choice}
              onOpen=${open}
              scroller=${scroller}
              narrow=${NARROW}
              line=${(/** @type {Campaign} */ campaign) => html`<${Line} campaign=${campaign} now=${now} missing=${missing} />`}
            />`
      }
    </div>
  `
}

/** As it was last looked at. @type {ReturnType<typeof createList> | undefined} */
let last
/** What the socket had told then. @type {ReadonlyMap<string, Campaign>} */
let known = new Map()

/** @param {App} app */
function createList(app) {
  return createLooked(
    app,
    (/** @type {Campaign} */ { id }) => id,
    async ({ limit, after, order }, signal) => {
      const query = { limit: Math.min(Number(limit), MOST), before: after, order: order && 'asc' }
      const read = () =>
        /** @type {Promise<{ campaigns: Campaign[], next: string | null }>} */ (
          app.api.get('/campaigns', { query, signal })
        )
      const page = await (after || order ? read() : app.campaigns.newest(read))
      return { rows: page.campaigns, next: page.next }
    },
    PAGE,
  )
}

/** The list as it was read, and what the socket has told since. @param {App} app */
function useCampaignList(app) {
  const { list, show } = (last ??= createList(app))
  useEffect(() => {
    const told = () => {
      const { campaigns } = app.campaigns.store.get()
      for (const id of known.keys()) if (!campaigns.has(id)) list.pages.change(id, () => undefined)
      known = campaigns
      if (list.store.get().phase === 'here') merge(list, [...campaigns.values()])
    }
    show({})
    told()
    return app.campaigns.store.subscribe(told)
  }, [])
  return list
}

/** Ids are in order of time. @param {ReturnType<typeof useCampaignList>} list @param {readonly Campaign[]} told */
function merge(list, told) {
  const first = list.pages.at(0)
  const fresh = told.filter(({ id }) => (first ? id > first.id : true)).sort((a, b) => (a.id < b.id ? 1 : -1))
  if (fresh.length > 0) list.pages.prepend(fresh)
  for (const campaign of told) list.pages.change(campaign.id, () => campaign)
  list.changed()
}

/** @param {{ campaign: Campaign, now: number, missing: number | null }} props */
function Line({ campaign, now, missing }) {
  const { subject, status, deliveries, people } = campaign
  const { word, icon, tone } = stateLook(status)
  const started = campaign.started_at !== null
  const when = campaign.started_at ?? campaign.send_at ?? campaign.created_at
  const at = Date.parse(when)
  return html`
    <bdi class="subject">${titleOf(subject)}</bdi>
    <span class="status" title=${campaign.status_reason ?? word}
      ><${Icon} name=${icon} tone=${tone} />${word}</span
    >
    <span class="bar">
      ${started && html`<${Progress} done=${doneOf(campaign)} of=${deliveries.total} label="Mails done" />`}
    </span>
    <span class="numbers"
      >${started ? numbersOf(campaign) : status === 'scheduled' ? 'not started yet' : 'not sent'}</span
    >
    <time datetime=${when} title=${fullTime(at)}
      >${at > now ? shortDay(at, now) + timeOfDay(at) : age(at, now)}</time
    >
  `

  /** @param {Campaign} campaign */
  function numbersOf(campaign) {
    if (deliveries.total === null) return 'gathering the list…'
    const news = newsOf(campaign, missing)
    const sent = `${count(sentOf(campaign))} sent`
    if (news === 'none') return sent
    if (news === 'never') return `${sent} to files`
    if (news === 'awaited') return parted(sent, 'awaiting news')
    const told = (/** @type {'opened' | 'clicked'} */ fact) => {
      const amount = Number(people[fact])
      return `${isKnown(news, amount) ? count(amount) : '–'} ${fact}`
    }
    return parted(sent, told('opened'), told('clicked'))
  }
}

/** Where there is no room for all, a line ends between two of them. @param {readonly string[]} parts */
const parted = (...parts) => parts.map((part) => part.replaceAll(' ', '\u00a0')).join('\u00a0· ')
