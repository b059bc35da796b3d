// A box to search in: what is typed is asked for as soon as one pauses.
import { html, useEffect, useState } from '../vendor/htm.js'
import { Icon } from './icon.js'

const PAUSE_MS = 150

/** @param {{ label: string, value: string, onSearch: (text: string) => void, input: { current: HTMLInputElement | null } }} props */
export function SearchBox({ label, value, onSearch, input }) {
  const [text, setText] = useState(value)
  // Back and forward change what is searched for.
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onSearch(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return html`
    <form
      class="search"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        onSearch(text.trim())
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
