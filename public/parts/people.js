// What the views of the mailing list have in common: their head with its tabs, and the badge that says whether one gets mail.
/** @import { App } from '../main.js' */
/** @import { Standing } from '../model/subscriber.js' */
import { html } from '../vendor/htm.js'
import { exactTime, count as written } from '../model/words.js'
import { useStore } from './hooks.js'
import { Icon } from './icon.js'
import { Tabs } from './tabs.js'

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

/** @param {{ look: Standing }} props */
export function Badge({ look: { word, icon, tone } }) {
  return html`<span class="badge"><${Icon} name=${icon} tone=${tone} />${word}</span>`
}

/**
 * How many there are, as of when.
 * @param {object} props
 * @param {import('../types.d.ts').Store<import('../keyset-list.js').ListState>} props.of
 * @param {string} props.one @param {() => void} props.onRefresh
 */
export function Amount({ of, one, onRefresh }) {
  const { count, at, phase } = useStore(of)
  const known = count === null ? '–' : written(count)
  return html`
    <p class="amount-of" role="status">
      <span><strong>${known}</strong> ${count === 1 ? one : `${one}s`}</span>
      <button type="button" class="link" disabled=${phase === 'asking'} onClick=${onRefresh}>
        ${at === null ? 'Refresh' : `as of ${exactTime(at)} · Refresh`}
      </button>
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
  return html`
    <div class="switches" role="group" aria-label=${label}>
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
