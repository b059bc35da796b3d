// Subscribers: everybody who is or was on the list, found as one types; whether each gets mail, and why not.
/** @import { App } from '../main.js' */
/** @import { Subscriber } from './types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { searchOf } from '../ground/api.js'
import { SHOWN, standingOf } from './words.js'
import { age, fullTime, plain } from '../ground/words.js'
import { AddSubscriber } from './add-subscriber.js'
import { ExportButton } from '../lists/export-button.js'
import { Amount, Badge, PeopleHead, Switches, useLooked } from './common.js'
import { SearchBox } from '../lists/search-box.js'
import { listsOf } from './store.js'

const PLACE = '/dashboard/subscribers'
const KNOWN = ['q', 'mailable', 'subscribed', 'suppressed']

/** @param {{ app: App }} props */
export function SubscribersView({ app }) {
  const looked = listsOf(app).subscribers
  const [adding, setAdding] = useState(false)
  const { now, search, query, go, renew, isAll, none, rows } = useLooked(app, looked, {
    place: PLACE,
    known: KNOWN,
    title: 'Subscribers',
    onOpen: (/** @type {Subscriber} */ { id }) => app.router.go(`${PLACE}/${id}`),
  })
  const { q = '', ...shown } = query
  const line = (/** @type {Subscriber} */ row) => html`
    <${Badge} look=${standingOf(row)} />
    <bdi class="email">${plain(row.email)}</bdi>
    <bdi class="name">${plain(row.name)}</bdi>
    <time title=${`On the list since ${fullTime(Date.parse(row.created_at))}`}
      >${age(Date.parse(row.created_at), now)}</time
    >
  `

  return html`
    <div class="people">
      <${PeopleHead} app=${app} title="Subscribers">
        ${!(none && isAll) && html`<${ExportButton} app=${app} path="/subscribe" query=${query} name="subscribers.csv" />`}
        <button type="button" class="main" onClick=${() => setAdding(true)}>Add…</button>
      <//>
      <search class="filter" aria-label="Find subscribers">
        <div class="typed">
          <${SearchBox}
            label="Part of an address or name"
            value=${q}
            input=${search}
            onSearch=${(/** @type {string} */ text) => go({ ...shown, q: text }, true)}
          />
          <div class="end">
            <${Amount} of=${looked.list.store} one="subscriber" onRefresh=${renew} />
          </div>
        </div>
        <${Switches}
          label="Which subscribers"
          choices=${SHOWN.map((each) => ({
            word: each.word,
            on: searchOf(each.query) === searchOf(shown),
            onChoose: () => go({ ...each.query, q }),
          }))}
        />
      </search>
      ${
        none
          ? html`<${Nobody} any=${!isAll} onAll=${() => go({})} />`
          : rows('Subscribers, oldest first', 'the subscribers', line)
      }
      ${adding && html`<${AddSubscriber} app=${app} onClose=${() => setAdding(false)} />`}
    </div>
  `
}

/** @param {{ any: boolean, onAll: () => void }} props */
function Nobody({ any, onAll }) {
  if (any)
    return html`
      <section class="empty">
        <h2>Nobody matches</h2>
        <p>Try a shorter part of the address or the name.</p>
        <p><button type="button" class="main" onClick=${onAll}>Show all subscribers</button></p>
      </section>
    `
  return html`
    <section class="empty">
      <h2>Nobody is on the list yet</h2>
      <p>Import your list from another tool: any CSV file with one address per line will do.</p>
      <p><a class="main" href=${`${PLACE}/import`} data-view>Import a file</a></p>
    </section>
  `
}
