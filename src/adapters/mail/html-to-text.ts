// The text alternative of a mail, made from its HTML.
import { createRequire } from 'node:module'
import type { FormatCallback } from 'html-to-text'

const require = createRequire(import.meta.url)

/** Mail programs show nothing that is nested deeper; without a bound, hostile HTML would overflow the stack. */
const DEPTH = 200
/** Longer HTML is cut for the text: nobody reads that much, and hostile nesting takes quadratic time. */
const LENGTH = 256 * 1024

const altText: FormatCallback = ({ attribs }, _walk, builder) => {
  if (attribs?.alt) builder.addInline(attribs.alt)
}

/** The converter is made with the first mail: loading it would make each start 30 ms longer. */
export function createHtmlToText(): (html: string) => string {
  let convert: ReturnType<typeof createConverter> | undefined
  return (html) => `${(convert ??= createConverter())(html.slice(0, LENGTH)).trim()}\n`
}

/** Nothing is wrapped or written in capitals, so placeholders stay as they are. */
function createConverter() {
  const { compile } = require('html-to-text') as typeof import('html-to-text')
  const asWritten = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
    selector,
    options: { uppercase: false },
  }))
  return compile({
    wordwrap: false,
    limits: { maxDepth: DEPTH },
    formatters: { altText },
    selectors: [
      ...asWritten,
      // Angle brackets keep an address apart from the words around it (RFC 3986, appendix C).
      { selector: 'a', options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true } },
      { selector: 'img', format: 'altText' },
      // Most tables in mails are only layout, so cells are blocks.
      ...['td', 'th', 'tr'].map((selector) => ({ selector, format: 'block' })),
      ...['*[style*="display:none"i]', '*[style*="display: none"i]', '*[hidden]'].map((selector) => ({
        selector,
        format: 'skip',
      })),
    ],
  })
}
