// Which time the chart shows, and from where on the list goes back: buttons, and a box for any time.
/** @import { App } from '../../main.js' */
/** @import { Frame } from '../counts/spans.js' */
/** @import { Filter } from '../../types.d.ts' */
import { html, useState } from '../../vendor/htm.js'
import { iso, shifted, SPANS } from '../counts/spans.js'
import { readWhen } from '../counts/when.js'
import { Icon } from '../../parts/icon.js'

/**
 * @param {object} props
 * @param {App} props.app
 * @param {Filter} props.filter
 * @param {Frame} props.frame
 * @param {number} props.now
 * @param {(filter: Filter) => void} props.onChange
 * @param {{ current: HTMLInputElement | null }} props.goTo
 */
export function SpanTools({ app, filter, frame, now, onChange, goTo }) {
  const isPast = !frame.isLive || filter.until !== ''
  return html`
    <div class="span-tools">
      <div class="spans" role="group" aria-label="Time that the chart shows">
        ${SPANS.map(
          (span) =>
            html`<button
              type="button"
              key=${span.name}
              aria-pressed=${span.name === frame.span.name ? 'true' : 'false'}
              onClick=${() => onChange({ ...filter, span: span.name })}
            >
              ${span.word}
            </button>`,
        )}
      </div>
      <div class="going">
        <button
          type="button"
          class="quiet"
          aria-label="Earlier"
          onClick=${() => onChange(shifted(filter, frame, -1, now))}
        >
          <${Icon} name="left" />
        </button>
        <button
          type="button"
          class="quiet"
          aria-label=${isPast ? 'Later' : 'Later: this is now'}
          aria-disabled=${isPast ? undefined : 'true'}
          onClick=${() => isPast && onChange(shifted(filter, frame, 1, now))}
        >
          <${Icon} name="right" />
        </button>
        <${GoTo} app=${app} input=${goTo} filter=${filter} onChange=${onChange} />
      </div>
    </div>
  `
}

/** @param {{ app: App, input: { current: HTMLInputElement | null }, filter: Filter, onChange: (filter: Filter) => void }} props */
function GoTo({ app, input, filter, onChange }) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const go = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (text.trim() === '') return
    const when = readWhen(text, app.api.now())
    setWrong(!when)
    if (!when) return
    setText('')
    input.current?.blur()
    onChange({ ...filter, since: '', until: iso(when.until), span: when.isDay ? '24h' : '1h' })
  }
  return html`
    <form class="go-to" onSubmit=${go}>
      <input
        ref=${input}
        type="text"
        enterkeyhint="go"
        aria-label="Go to a time or a date"
        aria-invalid=${wrong ? 'true' : undefined}
        aria-describedby=${wrong ? 'go-to-wrong' : undefined}
        placeholder="Go to 14:02"
        autocomplete="off"
        maxlength="40"
        value=${text}
        onInput=${(/** @type {Event} */ event) => {
          setText(/** @type {HTMLInputElement} */ (event.currentTarget).value)
          setWrong(false)
        }}
        onBlur=${() => setWrong(false)}
      />
      ${wrong && html`<p id="go-to-wrong" role="alert">Enter a past time: 14:02, 27 Nov, 27 Nov 14:02</p>`}
    </form>
  `
}
