// Who got it, who opened, clicked, bounced or did not get it, and why: a list of any length, filtered by the address.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Delivery } from './words.js' */
/** @import { Looked } from '../lists/looked.js' */
import { html, useEffect, useMemo, useRef } from '../vendor/htm.js'
import { searchOf } from '../ground/api.js'
import { createLooked } from '../lists/looked.js'
import { deliveryLook, factsOf, isKnown, MAILS, missingSince, newsOf, PEOPLE } from './words.js'
import { lookOf } from '../events/kinds.js'
import { age, fullTime, plain } from '../ground/words.js'
import { AsOf } from '../lists/as-of.js'
import { ExportButton } from '../lists/export-button.js'
import { useNow, usePressedInSight, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { KeysetList, listKeys } from '../lists/keyset-list.js'
import { SearchBox } from '../lists/search-box.js'

/** @typedef {{ status: string, people: string, reason: string, q: string }} Query */

/** @param {{ app: App, campaign: Campaign }} props */
export function Deliveries({ app, campaign }) {
  const { id } = campaign
  const { search } = useStore(app.router.store)
  const query = useMemo(() => readQuery(search), [search])
  const { list, choice, show } = deliveriesOf(app, id)
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const find = useRef(/** @type {HTMLInputElement | null} */ (null))
  const { phase } = useStore(list.store)
  const missing = missingSince(useStore(app.setup.store).value)
  const facts = factsOf(newsOf(campaign, missing), campaign.people)
  const now = useNow(app.api.now)
  const set = (/** @type {Partial<Query>} */ change) =>
    app.router.go(location.pathname + searchOf({ ...query, ...change }), { replace: 'q' in change })
  const open = (/** @type {Delivery} */ row) => {
    const { subscriber_id: who } = row
    choice.set({ row })
    if (who) app.router.go(`/dashboard/subscribers/${who}`)
    else app.say('This person is no longer on the list')
  }
  useEffect(() => show(query), [list, query])
  useEffect(
    () =>
      app.keys.use({
        ...listKeys({ list, choice, onOpen: open, scroller }),
        '/': () => find.current?.focus(),
      }),
    [list],
  )
  return html`
    <div class="deliveries">
      <${Filter} query=${query} facts=${facts} set=${set} find=${find}>
        <${ExportButton}
          app=${app}
          path=${`/campaigns/${id}/deliveries`}
          query=${query}
          name=${`deliveries-${id}.csv`}
        />
        <${AsOf} of=${list.store} onRefresh=${() => show(query, true)} />
      <//>
      ${
        phase === 'here' && list.pages.size === 0
          ? html`<p class="asked">${sentenceOfNone(query, campaign, missing)}</p>`
          : html`<${KeysetList}
              list=${list}
              label="Deliveries"
              what="the deliveries"
              choice=${choice}
              onOpen=${open}
              scroller=${scroller}
              line=${(/** @type {Delivery} */ delivery) => html`<${Line} delivery=${delivery} now=${now} />`}
            />`
      }
    </div>
  `
}

/** Of the campaign that one has last looked at. @type {{ id: string, looked: Looked<Delivery> } | undefined} */
let last

/** @param {App} app @param {string} id */
function deliveriesOf(app, id) {
  if (last?.id === id) return last.looked
  last?.looked.list.close()
  const looked = createLooked(
    app,
    (/** @type {Delivery} */ { id }) => id,
    async (query, signal) => {
      const page = /** @type {{ deliveries: Delivery[], next: string | null }} */ (
        await app.api.get(`/campaigns/${id}/deliveries`, { query, signal })
      )
      return { rows: page.deliveries, next: page.next }
    },
  )
  last = { id, looked }
  return looked
}

/** @param {string} search @returns {Query} */
function readQuery(search) {
  const given = new URLSearchParams(search)
  const of = (/** @type {string} */ name) => given.get(name) ?? ''
  return { status: of('status'), people: of('people'), reason: of('reason'), q: of('q') }
}

/** @param {Query} query @param {Campaign} campaign @param {number | null} missing see missingSince */
function sentenceOfNone({ status, people, reason, q }, campaign, missing) {
  if (people && !isKnown(newsOf(campaign, missing), 0, people))
    return 'Not known: no webhook has reported on anybody.'
  if (status || people || reason || q) return 'Nobody matches. Remove a filter to see more.'
  return campaign.deliveries.total === null
    ? 'Nobody yet: the list is still being gathered.'
    : 'Nobody was on the list when the campaign started.'
}

/** @param {{ query: Query, facts: readonly string[], set: (change: Partial<Query>) => void, find: { current: HTMLInputElement | null }, children: unknown }} props */
function Filter({ query, facts, set, find, children }) {
  const toggle = (/** @type {'status' | 'people'} */ name, /** @type {string} */ word) =>
    set({ [name]: query[name] === word ? '' : word })
  const chip = (
    /** @type {'status' | 'people'} */ name,
    /** @type {string} */ value,
    /** @type {string} */ word,
    /** @type {string} */ icon,
    /** @type {string} */ tone,
  ) =>
    html`<button
      type="button"
      aria-pressed=${query[name] === value ? 'true' : 'false'}
      onClick=${() => toggle(name, value)}
    >
      <${Icon} name=${icon} tone=${tone} />${word}
    </button>`
  const row = usePressedInSight()
  return html`
    <div class="filter">
      <div class="typed">
        <${SearchBox}
          label="Part of an address"
          value=${query.q}
          input=${find}
          onSearch=${(/** @type {string} */ q) => set({ q })}
        />
        ${
          query.reason &&
          html`<span class="mark">
            <bdi>${plain(query.reason)}</bdi>
            <button
              type="button"
              class="quiet"
              aria-label="Remove the reason"
              onClick=${(/** @type {MouseEvent} */ { detail }) => {
                set({ reason: '' })
                if (detail === 0) find.current?.focus()
              }}
            >
              <${Icon} name="close" />
            </button>
          </span>`
        }
        <span class="end">${children}</span>
      </div>
      <div class="switches" ref=${row}>
        <span role="group" aria-label="What people did">
          ${PEOPLE.filter((fact) => facts.includes(fact) || fact === query.people).map((fact) => chip('people', fact, lookOf(fact).word, fact, lookOf(fact).tone))}
        </span>
        <span role="group" aria-label="State of the mail">
          ${Object.entries(MAILS).map(([status, { word, icon, tone }]) => chip('status', status, word, icon, tone))}
        </span>
      </div>
    </div>
  `
}

/** @param {{ delivery: Delivery, now: number }} props */
function Line({ delivery, now }) {
  const { word, icon, tone, at, why } = deliveryLook(delivery)
  const { email, name } = delivery
  return html`
    <bdi class="email">${plain(email) || 'erased person'}</bdi>
    <bdi class="name">${plain(name)}</bdi>
    <span class="status"><${Icon} name=${icon} tone=${tone} />${word}</span>
    <bdi class="why" title=${plain(why)}>${plain(why)}</bdi>
    <time title=${fullTime(Date.parse(at))}>${age(Date.parse(at), now)}</time>
  `
}
