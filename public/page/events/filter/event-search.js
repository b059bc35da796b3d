// One box to search the events by anything: what is typed is answered with what it may mean (a combobox, as the ARIA
// practices have it: the first meaning is chosen already, arrows choose another one, Enter takes it).
/** @import { App } from '../../main.js' */
/** @import { Filter } from '../../types.d.ts' */
/** @import { Suggestion } from './suggestions.js' */
import { html, useMemo, useRef, useState } from '../../vendor/htm.js'
import { plain } from '../../ground/words.js'
import { useStore } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { isEvent } from '../event-list.js'
import { suggestionsFor } from './suggestions.js'

/** So many of the rows that are here are looked through. */
const LOOKED_THROUGH = 1000
const CAMPAIGNS = 200
const LIST = 'event-suggestions'

/** @param {{ app: App, onChoose: (part: Partial<Filter>) => void, input: { current: HTMLInputElement | null } }} props */
export function EventSearch({ app, onChoose, input }) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const asked = useRef(false)
  const { campaigns } = useStore(app.campaigns.store)
  // While one chooses, what is offered stays where it is, whatever events come.
  const suggestions = useMemo(
    () => (open ? suggestionsFor(text, knownTo(app)) : []),
    [open, text, campaigns.size],
  )
  const isOpen = suggestions.length > 0
  const show = () => {
    setOpen(true)
    setActive(0)
    if (asked.current) return
    asked.current = true
    // Campaigns of before, too, can be found by their name. Without them, the rest can.
    app.campaigns.refresh(CAMPAIGNS).catch(() => {
      asked.current = false
    })
  }
  const choose = (/** @type {Suggestion | undefined} */ suggestion) => {
    if (!suggestion) return
    setText('')
    setOpen(false)
    onChoose(suggestion.part)
  }
  const keyed = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.isComposing) return
    if (by && !isOpen) show()
    else if (by) setActive((active + by + suggestions.length) % suggestions.length)
    else if (event.key === 'Enter') choose(suggestions[active])
    else if (event.key === 'Escape' && (isOpen || text !== '')) {
      if (!isOpen) setText('')
      setOpen(false)
    } else return
    event.preventDefault()
  }
  return html`
    <div class="event-search">
      <form class="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <${Icon} name="search" />
        <input
          ref=${input}
          type="text"
          role="combobox"
          enterkeyhint="search"
          aria-label="Search the events"
          aria-autocomplete="list"
          aria-expanded=${isOpen ? 'true' : 'false'}
          aria-controls=${isOpen ? LIST : undefined}
          aria-activedescendant=${isOpen ? `${LIST}-${active}` : undefined}
          placeholder="Address, subject, tag, campaign, time"
          autocomplete="off"
          autocapitalize="none"
          spellcheck=${false}
          maxlength="1000"
          value=${text}
          onInput=${(/** @type {Event} */ event) => {
            setText(/** @type {HTMLInputElement} */ (event.currentTarget).value)
            show()
          }}
          onClick=${() => !isOpen && show()}
          onBlur=${() => setOpen(false)}
          onKeyDown=${keyed}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      ${
        isOpen &&
        html`<ul class="suggestions" id=${LIST} role="listbox" aria-label="Suggestions">
          ${suggestions.map(
            (suggestion, index) =>
              html`<li
                id=${`${LIST}-${index}`}
                key=${index}
                role="option"
                aria-selected=${index === active ? 'true' : 'false'}
                onPointerDown=${(/** @type {Event} */ event) => event.preventDefault()}
                onClick=${() => choose(suggestion)}
              >
                <span>${suggestion.word}</span><bdi>${plain(suggestion.value)}</bdi>
              </li>`,
          )}
        </ul>`
      }
    </div>
  `
}

/** @param {App} app */
function knownTo({ api, campaigns, feed: { list } }) {
  const places = Array.from({ length: Math.min(list.pages.size, LOOKED_THROUGH) }, (_, place) => place)
  const rows = places.flatMap((place) => list.pages.at(place) ?? []).filter(isEvent)
  return { rows, campaigns: [...campaigns.store.get().campaigns.values()], now: api.now() }
}
