// The filter: what is typed becomes a mark that can be taken away, the kinds are switches. The address keeps it all.
/** @import { App } from '../../main.js' */
/** @import { Filter } from '../../types.d.ts' */
import { html, useState } from '../../vendor/htm.js'
import { ALL, FIELDS, isAll, toggleKind } from './filter.js'
import { KIND_NAMES, lookOf } from '../kinds.js'
import { exactTime, plain, shortDay, spanWords } from '../../ground/words.js'
import { useCampaignName } from '../../campaigns/use-name.js'
import { usePressedInSight } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { EventSearch } from './event-search.js'

/**
 * @param {object} props
 * @param {App} props.app
 * @param {Filter} props.filter
 * @param {(filter: Filter) => void} props.onChange
 * @param {{ current: HTMLInputElement | null }} props.search
 * @param {unknown} props.children what stands at the end of the first row
 */
export function FilterBar({ app, filter, onChange, search, children }) {
  // What had the focus is gone then: whoever uses the keys goes on in the box.
  const without =
    (/** @type {Filter} */ next) =>
    (/** @type {MouseEvent} */ { detail }) => {
      onChange(next)
      if (detail === 0) search.current?.focus()
    }
  return html`
    <search class="filter" aria-label="Filter the events">
      <div class="typed">
        <${EventSearch}
          app=${app}
          onChoose=${(/** @type {Partial<Filter>} */ part) => onChange({ ...filter, ...part })}
          input=${search}
        />
        ${FIELDS.map(
          ([field, word]) =>
            filter[field] &&
            html`<${field === 'campaign' ? CampaignMark : Mark}
              app=${app}
              word=${word}
              value=${filter[field]}
              onRemove=${without({ ...filter, [field]: '' })}
            />`,
        )}
        ${
          (filter.since || filter.until) &&
          html`<${Mark}
            word="Time"
            value=${timeWords(filter, app.api.now())}
            onRemove=${without({ ...filter, since: '', until: '' })}
          />`
        }
        ${
          !isAll(filter) &&
          html`<button type="button" class="plain all" onClick=${without(ALL)}>Show all</button>`
        }
        <div class="end">${children}</div>
      </div>
      <${KindSwitches} filter=${filter} onChange=${onChange} />
    </search>
  `
}

/** `14:02–14:10`, `since 14:02`, `up to 14:03` @param {Filter} filter @param {number} now */
function timeWords({ since, until }, now) {
  const words = (/** @type {string} */ time) =>
    `${shortDay(Date.parse(time), now)}${exactTime(Date.parse(time))}`
  if (since && until) return spanWords(Date.parse(since), Date.parse(until), now)
  return since ? `since ${words(since)}` : `up to ${words(until)}`
}

/** @param {{ app: App, word: string, value: string, onRemove: (event: MouseEvent) => void }} props */
function CampaignMark({ app, word, value, onRemove }) {
  return html`<${Mark} word=${word} value=${useCampaignName(app, value)} onRemove=${onRemove} />`
}

/** @param {{ word: string, value: string, onRemove: (event: MouseEvent) => void }} props */
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
  const row = usePressedInSight()
  const kinds = KIND_NAMES.filter((kind) => all || !lookOf(kind).rare || filter.kinds.includes(kind))
  return html`
    <div
      class=${all ? 'switches all-kinds' : 'switches'}
      role="group"
      aria-label="Kinds of events"
      ref=${row}
    >
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
