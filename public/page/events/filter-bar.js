// The filter: what is typed becomes a mark that can be taken away, the kinds are switches. The address keeps it all.
/** @import { Filter } from '../types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { ALL, FIELDS, isAll, toggleKind } from './filter.js'
import { KIND_NAMES, lookOf } from './kinds.js'
import { exactTime, plain, shortDay, spanWords } from '../ground/words.js'
import { Icon } from '../parts/icon.js'

/**
 * @param {object} props
 * @param {Filter} props.filter
 * @param {(filter: Filter) => void} props.onChange
 * @param {{ current: HTMLInputElement | null }} props.search
 * @param {unknown} props.children what stands at the end of the first row
 */
export function FilterBar({ filter, onChange, search, children }) {
  return html`
    <search class="filter" aria-label="Filter the events">
      <div class="typed">
        <${TypedFilter} filter=${filter} onChange=${onChange} search=${search} />
        ${FIELDS.map(
          ([field, word]) =>
            filter[field] &&
            html`<${Mark}
              word=${word}
              value=${filter[field]}
              onRemove=${() => onChange({ ...filter, [field]: '' })}
            />`,
        )}
        ${
          (filter.since || filter.until) &&
          html`<${Mark}
            word="Time"
            value=${timeWords(filter)}
            onRemove=${() => onChange({ ...filter, since: '', until: '' })}
          />`
        }
        ${
          !isAll(filter) &&
          html`<button type="button" class="plain all" onClick=${() => onChange(ALL)}>Show all</button>`
        }
        <div class="end">${children}</div>
      </div>
      <${KindSwitches} filter=${filter} onChange=${onChange} />
    </search>
  `
}

/** @param {{ filter: Filter, onChange: (filter: Filter) => void, search: { current: HTMLInputElement | null } }} props */
function TypedFilter({ filter, onChange, search }) {
  const [field, setField] = useState('email')
  const [text, setText] = useState('')
  const apply = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (text.trim() === '') return
    onChange({ ...filter, [field]: text.trim() })
    setText('')
  }
  const word = FIELDS.find(([name]) => name === field)?.[1]
  return html`
    <form class="search" onSubmit=${apply}>
      <${Icon} name="search" />
      <select
        aria-label="Search in"
        value=${field}
        onChange=${(/** @type {Event} */ event) => setField(valueOf(event))}
      >
        ${FIELDS.map(([name, label]) => html`<option value=${name}>${label}</option>`)}
      </select>
      <input
        ref=${search}
        type="text"
        enterkeyhint="search"
        aria-label=${`${word}, exactly`}
        autocomplete="off"
        autocapitalize="none"
        spellcheck=${false}
        placeholder=${PLACEHOLDERS[field]}
        value=${text}
        onInput=${(/** @type {Event} */ event) => setText(valueOf(event))}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  `
}

/** @type {Record<string, string>} */
const PLACEHOLDERS = { email: 'reader@example.com', tag: 'Exact tag', campaign: 'Campaign id' }

/** `14:02–14:10`, `since 14:02`, `up to 14:03` @param {Filter} filter */
function timeWords({ since, until }) {
  const words = (/** @type {string} */ time) => `${shortDay(Date.parse(time))}${exactTime(Date.parse(time))}`
  if (since && until) return spanWords(Date.parse(since), Date.parse(until))
  return since ? `since ${words(since)}` : `up to ${words(until)}`
}

/** @param {{ word: string, value: string, onRemove: () => void }} props */
function Mark({ word, value, onRemove }) {
  return html`
    <span class="mark">
      ${word} <bdi>${plain(value)}</bdi>
      <button type="button" class="quiet" aria-label=${`Remove ${word} ${value}`} onClick=${onRemove}>
        <${Icon} name="close" />
      </button>
    </span>
  `
}

/** @param {{ filter: Filter, onChange: (filter: Filter) => void }} props */
function KindSwitches({ filter, onChange }) {
  const [all, setAll] = useState(false)
  const kinds = KIND_NAMES.filter((kind) => all || !lookOf(kind).rare || filter.kinds.includes(kind))
  return html`
    <div class="switches" role="group" aria-label="Kinds of events">
      ${kinds.map((kind) => {
        const { word, tone } = lookOf(kind)
        const on = filter.kinds.includes(kind)
        return html`
          <button
            type="button"
            key=${kind}
            aria-pressed=${on ? 'true' : 'false'}
            onClick=${() => onChange(toggleKind(filter, kind))}
          >
            <${Icon} name=${kind} tone=${tone} />${word}
          </button>
        `
      })}
      ${!all && html`<button type="button" class="more" onClick=${() => setAll(true)}>More…</button>`}
    </div>
  `
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (event.currentTarget).value
}
