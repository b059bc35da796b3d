// What the views of the mailing list have in common: their head with its tabs, how a list is looked through, the badge that says
// whether one gets mail.
/** @import { App } from '../main.js' */
/** @import { Standing } from './words.js' */
import { html, useEffect, useRef } from '../vendor/htm.js'
import { searchOf } from '../ground/api.js'
import { queryFrom } from './words.js'
import { count as written } from '../ground/words.js'
import { useNow, usePressedInSight, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { AsOf } from '../lists/as-of.js'
import { KeysetList, listKeys } from '../lists/keyset-list.js'
import { Tabs } from '../parts/tabs.js'

const PLACE = '/dashboard/subscribers'
const PARTS = [
  { word: 'Subscribers', path: PLACE },
  { word: 'Suppressions', path: `${PLACE}/suppressions` },
  { word: 'Import', path: `${PLACE}/import` },
]

/** @param {{ app: App, title: string, children?: unknown }} props */
export function PeopleHead({ app, title, children }) {
  const { path } = useStore(app.router.store)
  return html`
    <header class="people-head">
      <h1>${title}</h1>
      <div class="people-do">${children}</div>
      <${Tabs}
        label="Parts of the mailing list"
        tabs=${PARTS.map(({ word, path: address }) => ({ word, address, current: address === path }))}
      />
    </header>
  `
}

/**
 * A list as its address asks for it: searched, walked and opened by keys, found again where one left it.
 * @template Row
 * @param {App} app
 * @param {import('../lists/looked.js').Looked<Row>} looked
 * @param {{ place: string, known: readonly string[], title: string, onOpen: (row: Row) => void }} view
 */
export function useLooked(app, { list, choice, show }, { place, known, title, onOpen }) {
  const { search: address } = useStore(app.router.store)
  const { phase } = useStore(list.store)
  const now = useNow(app.api.now)
  const search = useRef(/** @type {HTMLInputElement | null} */ (null))
  const scroller = useRef(/** @type {HTMLElement | null} */ (null))
  const query = queryFrom(address, known)
  const open = (/** @type {Row} */ row) => {
    choice.set({ row })
    onOpen(row)
  }
  useEffect(() => app.title.set({ view: title }), [])
  useEffect(() => show(query), [address])
  useEffect(
    () =>
      app.keys.use({
        ...listKeys({ list, choice, onOpen: open, scroller }),
        '/': () => search.current?.focus(),
      }),
    [],
  )
  return {
    now,
    search,
    query,
    /** Another query, by its address. @param {Record<string, string>} next @param {boolean} [replace] */
    go: (next, replace = false) => app.router.go(place + searchOf(next), { replace }),
    /** Of this query. */
    renew: () => show(query, true),
    isAll: address === '',
    none: phase === 'here' && list.pages.size === 0,
    /** @param {string} label @param {string} what @param {(row: Row) => unknown} line */
    rows: (label, what, line) => html`
      <${KeysetList}
        list=${list}
        label=${label}
        what=${what}
        line=${line}
        choice=${choice}
        onOpen=${open}
        scroller=${scroller}
      />
    `,
  }
}

/** @param {{ look: Standing }} props */
export function Badge({ look: { word, icon, tone } }) {
  return html`<span class="badge"><${Icon} name=${icon} tone=${tone} />${word}</span>`
}

/**
 * How many there are, as of when.
 * @param {object} props
 * @param {import('../types.d.ts').Store<import('../lists/keyset.js').ListState>} props.of
 * @param {string} props.one @param {() => void} props.onRefresh
 */
export function Amount({ of, one, onRefresh }) {
  const { count } = useStore(of)
  const known = count === null ? '–' : written(count)
  return html`
    <p class="amount-of" role="status">
      <span><strong key=${known}>${known}</strong> ${count === 1 ? one : `${one}s`}</span>
      <${AsOf} of=${of} onRefresh=${onRefresh} />
    </p>
  `
}

/**
 * A choice of one among a few.
 * @param {object} props
 * @param {string} props.label
 * @param {readonly { word: string, icon?: string, tone?: string, on: boolean, onChoose: () => void }[]} props.choices
 */
export function Switches({ label, choices }) {
  const row = usePressedInSight()
  return html`
    <div class="switches" role="group" aria-label=${label} ref=${row}>
      ${choices.map(
        ({ word, icon, tone, on, onChoose }) => html`
          <button type="button" aria-pressed=${on ? 'true' : 'false'} onClick=${onChoose}>
            ${icon && html`<${Icon} name=${icon} tone=${tone} />`}${word}
          </button>
        `,
      )}
    </div>
  `
}
