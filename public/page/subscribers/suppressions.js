// Suppressions: the addresses that get no mail whatever the list says; why, since when, and who said so.
/** @import { App } from '../main.js' */
/** @import { SuppressionRow } from './store.js' */
import { html, useState } from '../vendor/htm.js'
import { lookOfReason, REASON_WORDS, sourceWords } from './words.js'
import { age, fullTime, plain } from '../ground/words.js'
import { ExportButton } from '../lists/export-button.js'
import { Amount, Badge, PeopleHead, Switches, useLooked } from './common.js'
import { SearchBox } from '../lists/search-box.js'
import { AddSuppression, OneSuppression } from './suppression-do.js'
import { listsOf } from './store.js'

const PLACE = '/dashboard/subscribers/suppressions'

/** @param {{ app: App }} props */
export function SuppressionsView({ app }) {
  const looked = listsOf(app).suppressions
  const [adding, setAdding] = useState(false)
  const [opened, setOpened] = useState(/** @type {SuppressionRow | null} */ (null))
  const { now, search, query, go, renew, isAll, none, rows } = useLooked(app, looked, {
    place: PLACE,
    known: ['q', 'reason'],
    title: 'Suppressions',
    onOpen: setOpened,
  })
  const { q = '', reason = '' } = query
  const line = (/** @type {SuppressionRow} */ row) => html`
    <${Badge} look=${lookOfReason(row.reason)} />
    <bdi class="email">${row.email === null ? html`<i>erased person</i>` : plain(row.email)}</bdi>
    <span class="name"
      >${plain(sourceWords(row.source))}${row.until && `, until ${fullTime(Date.parse(row.until))}`}</span
    >
    <time title=${`Since ${fullTime(Date.parse(row.since))}`}>${age(Date.parse(row.since), now)}</time>
  `

  return html`
    <div class="people">
      <${PeopleHead} app=${app} title="Suppressions">
        ${
          !(none && isAll) &&
          html`
            <${ExportButton} app=${app} path="/suppressions" query=${query} name="suppressions.csv" />
            <a class="plain" href="/dashboard/subscribers/import?into=suppressions" data-view>Import</a>
          `
        }
        <button type="button" class="main" onClick=${() => setAdding(true)}>Suppress…</button>
      <//>
      <search class="filter" aria-label="Find suppressions">
        <div class="typed">
          <${SearchBox}
            label="Part of an address"
            value=${q}
            input=${search}
            onSearch=${(/** @type {string} */ text) => go({ reason, q: text }, true)}
          />
          <div class="end"><${Amount} of=${looked.list.store} one="suppression" onRefresh=${renew} /></div>
        </div>
        <${Switches}
          label="Which reasons"
          choices=${[
            { word: 'All', on: reason === '', onChoose: () => go({ q }) },
            ...REASON_WORDS.map((each) => ({
              ...each,
              on: each.reason === reason,
              onChoose: () => go({ reason: each.reason, q }),
            })),
          ]}
        />
      </search>
      ${
        none
          ? html`<${None} any=${!isAll} onAll=${() => go({})} />`
          : rows('Suppressed addresses', 'the suppressions', line)
      }
      ${adding && html`<${AddSuppression} app=${app} onAdded=${renew} onClose=${() => setAdding(false)} />`}
      ${opened && html`<${OneSuppression} app=${app} row=${opened} onLifted=${renew} onClose=${() => setOpened(null)} />`}
    </div>
  `
}

/** @param {{ any: boolean, onAll: () => void }} props */
function None({ any, onAll }) {
  if (any)
    return html`
      <section class="empty">
        <h2>No suppression matches</h2>
        <p><button type="button" class="main" onClick=${onAll}>Show all suppressions</button></p>
      </section>
    `
  return html`
    <section class="empty">
      <h2>No address is suppressed</h2>
      <p>
        Bounces and complaints are added automatically. Import those of your previous tool so that nobody gets
        mail who should not.
      </p>
      <p>
        <a class="main" href="/dashboard/subscribers/import?into=suppressions" data-view>Import a file</a>
      </p>
    </section>
  `
}
