// One campaign: while it is a draft it is written here, then it is watched: what became of the mails, and who got them.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
/** @import { WholeCampaign } from './draft/draft.js' */
/** @import { Answer } from '../types.d.ts' */
import { html, useEffect, useRef } from '../vendor/htm.js'
import { stateLook } from './words.js'
import { ago, exactTime, fullTime, plain, titleOf } from '../ground/words.js'
import { Asked } from '../parts/asked.js'
import { useNow, useQuestion, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Tabs } from '../parts/tabs.js'
import { Verbs } from './verbs.js'
import { Compose } from './draft/compose.js'
import { Deliveries } from './deliveries.js'
import { Overview } from './overview.js'

/** @param {{ app: App, params: { id: string } }} props */
export function CampaignView({ app, params: { id } }) {
  // A draft that has just got its id is the one that is being written: nothing of the view is built anew.
  const made = useRef('')
  const isNew = id === 'new' || id === made.current
  const told = useStore(app.campaigns.store).campaigns.get(id)
  if (isNew && (!told || isEditable(told)))
    return html`<${Writing}
      key="new"
      app=${app}
      onMade=${(/** @type {string} */ given) => {
        made.current = given
        app.router.go(`/dashboard/campaigns/${given}`, { replace: true })
      }}
    />`
  return html`<${Known} key=${id} app=${app} id=${id} />`
}

const isEditable = (/** @type {Campaign} */ { status }) => status === 'draft' || status === 'scheduled'

/** @param {{ app: App, onMade: (id: string) => void }} props */
function Writing({ app, onMade }) {
  useEffect(() => app.title.set({ view: 'New campaign' }), [])
  return html`<${Compose} app=${app} campaign=${null} onMade=${onMade} />`
}

/** @param {{ app: App, id: string }} props */
function Known({ app, id }) {
  const read = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<WholeCampaign>} */ (
      app.api.get(`/campaigns/${encodeURIComponent(id)}`, { signal, has: 'content' })
    )
  const [answer, again] = useQuestion(app.asking, read, [id])
  const told = useStore(app.campaigns.store).campaigns.get(id)
  const missing = answer.state === 'failed' && answer.missing
  useEffect(() => {
    app.title.set({ view: titleOf((told ?? answer.value)?.subject ?? '') || 'Campaign' })
  }, [told?.subject, answer.value?.subject])
  // A draft that was deleted elsewhere.
  useEffect(() => {
    if (missing) app.campaigns.remove(id)
  }, [missing])
  if (missing)
    return html`<section class="empty">
      <h1>There is no such campaign</h1>
      <p>It may have been a draft that was deleted.</p>
      <p><a href="/dashboard/campaigns" data-view>All campaigns</a></p>
    </section>`
  const onMade = (/** @type {string} */ made) =>
    app.router.go(`/dashboard/campaigns/${made}`, { replace: true })
  // What the socket has told is enough to watch it: nobody waits for the text of the mail.
  const isWatched = told !== undefined && !isEditable(told)
  const shown = isWatched ? { ...answer, state: 'here', value: told } : answer
  return html`<${Asked} of=${shown} what="the campaign" again=${again}>
    ${(/** @type {WholeCampaign} */ value) => {
      const campaign = { ...value, ...told }
      return isEditable(campaign)
        ? html`<${Compose} app=${app} campaign=${campaign} onMade=${onMade} />`
        : html`<${Watched} app=${app} campaign=${campaign} answer=${answer} />`
    }}
  <//>`
}

/** @param {{ app: App, campaign: Campaign, answer: Answer<unknown> }} props */
function Watched({ app, campaign, answer }) {
  const { path } = useStore(app.router.store)
  const address = `/dashboard/campaigns/${campaign.id}`
  const lists = path.endsWith('/deliveries')
  const tabs = [
    { word: 'Overview', address, current: !lists },
    { word: 'Deliveries', address: `${address}/deliveries`, current: lists },
  ]
  return html`
    <div class=${lists ? 'campaign lists' : 'campaign'}>
      <header class="campaign-head">
        <p class="back">
          <a href="/dashboard/campaigns" data-view><${Icon} name="back" />Campaigns</a>
        </p>
        <h1><bdi>${titleOf(campaign.subject)}</bdi></h1>
        <${Standing} app=${app} campaign=${campaign} />
        <${Verbs} app=${app} campaign=${campaign} />
        <${Told} app=${app} answer=${answer} campaign=${campaign} />
      </header>
      <${Tabs} label="Parts of the campaign" tabs=${tabs} />
      ${
        lists
          ? html`<${Deliveries} app=${app} campaign=${campaign} />`
          : html`<${Overview} app=${app} campaign=${campaign} />`
      }
    </div>
  `
}

/** @param {{ app: App, campaign: Campaign }} props */
function Standing({ app, campaign }) {
  const now = useNow(app.api.now)
  const { word, icon, tone } = stateLook(campaign.status)
  const at = (/** @type {string | null} */ instant) =>
    instant && html`<time title=${fullTime(Date.parse(instant))}>${ago(Date.parse(instant), now)}</time>`
  return html`
    <p class="standing">
      <span class="state"><${Icon} name=${icon} tone=${tone} /><strong>${word}</strong></span>
      ${campaign.status_reason && html`<span>${plain(campaign.status_reason)}</span>`}
      ${campaign.started_at && html`<span>started ${at(campaign.started_at)}</span>`}
      ${campaign.finished_at && html`<span>ended ${at(campaign.finished_at)}</span>`}
      ${campaign.tag && html`<span>tag <bdi>${plain(campaign.tag)}</bdi></span>`}
      ${campaign.transport === 'outbox' && html`<span>written to files: no SMTP server is set</span>`}
    </p>
  `
}

/** A connection that is back at once is not worth a word. */
const LATE_MS = 2000

/** Numbers that nobody renews say since when. @param {{ app: App, answer: Answer<unknown>, campaign: Campaign }} props */
function Told({ app, answer, campaign }) {
  const { connection, polls } = useStore(app.feed.store)
  useStore(app.setup.store)
  const isCut = !polls && connection.state !== 'live' && connection.state !== 'catching_up'
  const cut = isCut || app.isSilent()
  const at = useRef(answer.at ?? app.api.now())
  useEffect(() => {
    if (!cut) at.current = app.api.now()
  }, [campaign, cut])
  const now = useNow(app.api.now)
  return cut && now - at.current > LATE_MS
    ? html`<p class="asked-old" role="status">
        <${Icon}
          name="waiting"
          tone="amber"
        />${`As of ${exactTime(at.current)}: ${isCut ? 'there is no connection to the hub' : 'the hub does not answer'}.`}
      </p>`
    : null
}
