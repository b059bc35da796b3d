// How the hub stands: its stores and whether they work, how far behind it is, how full, who listens.
/** @import { App } from '../main.js' */
/** @import { Setup } from '../types.d.ts' */
import { html } from '../vendor/htm.js'
import { bytes, count, counted, fullTime, share } from '../ground/words.js'
import { useQuestion } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'

const EVERY_MS = 10_000

/** @type {Record<string, string>} */
const STORES = {
  embedded: 'a SQLite file',
  redis: 'Redis',
  sqlite: 'SQLite',
  mysql: 'MySQL or MariaDB',
}

/** @type {Record<string, string>} */
const ROLES = {
  all: 'receives and sends',
  web: 'receives; other processes send',
  worker: 'sends',
}

/** What a store that does not work means for the time being. @type {Record<string, string>} */
const MEANWHILE = {
  events: 'Webhooks are refused. Mandrill keeps them and tries again.',
  database: 'Webhooks are still accepted; everything else waits.',
  sending: 'Mails wait. The campaigns say which lanes are paused, and why.',
}

/** @typedef {{ status: string, stores: Record<string, string> }} Ready */

/** What is known of a hub that cannot tell its set-up. @param {{ app: App }} props */
export function Stores({ app }) {
  const [{ state, value }] = useQuestion(app.asking, (signal) => readyOf(app, signal), [], {
    everyMs: EVERY_MS,
  })
  const { events, database } = (state === 'here' && value?.stores) || {}
  return html`<${Facts}
    title="The stores"
    facts=${[
      ['Events', html`<${Working} state=${events} meanwhile=${MEANWHILE.events} />`],
      ['History', html`<${Working} state=${database} meanwhile=${MEANWHILE.database} />`],
    ]}
  />`
}

/** @param {{ setup: Setup }} props */
export function Standing({ setup }) {
  const { states = {}, feed } = setup
  const { events, database } = setup.stores
  /** @type {[string, unknown][]} */
  const others = setup.other_processes.map((each) => [
    'Another process',
    html`<${Other} of=${each} version=${setup.version} />`,
  ])
  /** @type {[string, unknown][]} */
  const facts = [
    [
      'Events are kept in',
      html`${STORES[events] ?? events}<${Working} state=${states.events} meanwhile=${MEANWHILE.events} />`,
    ],
    [
      'History is kept in',
      html`${STORES[database] ?? database}<${Working}
          state=${states.database}
          meanwhile=${MEANWHILE.database}
        />`,
    ],
    [
      'In the history',
      html`${setup.lag === 0 ? 'every event so far' : `all but ${counted(setup.lag, 'event')}`}<${Working}
          state=${states.archive}
        />`,
    ],
    [
      'The feed takes',
      `${bytes(feed.bytes)} of ${bytes(feed.bound)} at most (${share(feed.bytes, feed.bound)})`,
    ],
    ['The disk has', `${bytes(setup.disk.free)} of ${bytes(setup.disk.size)} free`],
    [
      'This process',
      `${ROLES[setup.process.role] ?? setup.process.role}, since ${fullTime(Date.parse(setup.process.started_at))}`,
    ],
    ...others,
    ['Open sockets', count(setup.clients)],
    ['Public address', setup.public_url],
    [
      'Mails go to',
      html`${setup.transport === 'smtp' ? 'the SMTP server' : 'files in the outbox'}${
        states.sending === 'ok'
          ? null
          : html`<${Working} state=${states.sending} meanwhile=${MEANWHILE.sending} />`
      }`,
    ],
    ['Version', setup.version],
  ]
  return html`<${Facts} title="The hub" facts=${facts} />`
}

/** @param {{ title: string, facts: readonly [string, unknown][] }} props */
function Facts({ title, facts }) {
  return html`
    <section>
      <h2>${title}</h2>
      <dl class="facts">
        ${facts.map(
          ([word, value]) =>
            html`<div>
              <dt>${word}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
    </section>
  `
}

/** @param {{ of: Setup['other_processes'][number], version: string }} props */
function Other({ of, version }) {
  const differs = of.version === version ? '' : `, version ${of.version}`
  return html`${ROLES[of.role] ?? of.role}${differs}, since ${fullTime(Date.parse(of.started_at))}${' '}
    <${Working} state=${of.silent ? `silent since ${fullTime(Date.parse(of.seen_at))}` : 'ok'} />`
}

/** @param {{ state?: string, meanwhile?: string }} props */
function Working({ state, meanwhile }) {
  if (state === undefined) return null
  const works = state === 'ok'
  return html`<span class="working">
      <${Icon}
        name=${works ? 'check' : 'problem'}
        tone=${works ? 'green' : 'red'}
      />${works ? 'works' : state}
    </span>
    ${!works && meanwhile && html`<p class="hint">${meanwhile}</p>`}`
}

/** A hub that cannot take webhooks says so with a 503, which is an answer, too. @param {App} app @param {AbortSignal} signal @returns {Promise<Ready>} */
async function readyOf({ api }, signal) {
  const response = await api.fetch('/readyz', { signal })
  return response.json()
}
