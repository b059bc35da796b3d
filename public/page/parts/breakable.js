// An address that has no room in one line goes on after its @, rather than anywhere.
import { html } from '../vendor/htm.js'

/** @param {string} text */
export function breakable(text) {
  return text.split(/(?<=@)/).map((part, index) => (index === 0 ? part : html`<wbr />${part}`))
}
