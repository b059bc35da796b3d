// A box to search in: what is typed is asked for as soon as one pauses.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm.js'
import { Icon } from '../parts/icon.js'

const PAUSE_MS = 150

/** @param {{ label: string, value: string, onSearch: (text: string) => void, input: { current: HTMLInputElement | null } }} props */
export function SearchBox({ label, value, onSearch, input }) {
  const [text, setText] = useState(value)
  // Back and forward change what is searched for. What was asked from here comes back while one may be typing on.
  const asked = useRef(value)
  useLayoutEffect(() => {
    if (value !== asked.current) setText((asked.current = value))
  }, [value])
  // By then another filter may have been chosen: the search is asked beside that one.
  const latest = useRef(onSearch)
  latest.current = onSearch
  const search = () => latest.current((asked.current = text.trim()))
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(search, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return html`
    <form
      class="search"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        search()
      }}
    >
      <${Icon} name="search" />
      <input
        ref=${input}
        type="text"
        enterkeyhint="search"
        aria-label=${label}
        placeholder=${label}
        autocomplete="off"
        autocapitalize="none"
        spellcheck=${false}
        maxlength="200"
        value=${text}
        onInput=${(/** @type {Event} */ event) =>
          setText(/** @type {HTMLInputElement} */ (event.currentTarget).value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  `
}
