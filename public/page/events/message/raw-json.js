// JSON as text, its names a little quieter than its values. Never anything else than text.
import { html, useMemo } from '../../vendor/htm.js'

/** Longer ones stay one piece: a colour is not worth ten thousand elements. */
const MOST_COLOURED = 50_000
/** A line as JSON.stringify writes it: its blanks, and a name where it has one. */
const LINE = /^( *)("(?:[^"\\]|\\.)*"(?=: ))?(.*)$/s

/** @param {{ text: string }} props */
export function RawJson({ text }) {
  const lines = useMemo(() => (text.length > MOST_COLOURED ? [text] : text.split('\n').map(line)), [text])
  return html`<pre class="json" tabindex="0" aria-label="JSON">${lines}</pre>`
}

/** A long value goes on where it belongs: under its own beginning, not at the edge. @param {string} text */
function line(text) {
  const [, blanks = '', name = '', rest = ''] = LINE.exec(text) ?? []
  const hang = blanks.length + 2
  const style = { paddingLeft: `${hang}ch`, textIndent: `-${hang}ch` }
  return html`<span class="json-line" style=${style}>${blanks}<span class="name">${name}</span>${rest}</span>`
}
