// Somebody's HTML, in a frame that runs nothing and reaches nothing. The answer behind `src` brings a CSP of its own;
// a document written in here (srcdoc, blob) would have the page's, under which no mail looks as it will.
import { html } from '../../vendor/htm.js'

/** @param {{ src: string, title: string }} props */
export function Preview({ src, title }) {
  return html`<iframe
    class="preview"
    sandbox=""
    referrerpolicy="no-referrer"
    src=${src}
    title=${title}
  ></iframe>`
}
