// The text alternative of a mail, made from its HTML.
import { compile, type FormatCallback } from 'html-to-text'

/** No mail program shows what is nested deeper; without a bound, hostile HTML overflows the stack. */
const DEPTH = 200
/** Longer HTML is cut for the text: nobody reads so much, and hostile nesting takes quadratic time. */
const LENGTH = 256 * 1024

const altText: FormatCallback = ({ attribs }, _walk, builder) => {
  if (attribs?.alt) builder.addInline(attribs.alt)
}

/** Placeholders come through as they are: nothing is wrapped or written in capitals. */
export function createHtmlToText(): (html: string) => string {
  const asWritten = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
    selector,
    options: { uppercase: false },
  }))
  const convert = compile({
    wordwrap: false,
    limits: { maxDepth: DEPTH },
    formatters: { altText },
    selectors: [
      ...asWritten,
      // Angle brackets keep an address apart from the words around it (RFC 3986, appendix C).
      { selector: 'a', options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true } },
      { selector: 'img', format: 'altText' },
      // Most tables in mails are there for the layout: cells are blocks.
      ...['td', 'th', 'tr'].map((selector) => ({ selector, format: 'block' })),
      ...['*[style*="display:none"i]', '*[style*="display: none"i]', '*[hidden]'].map((selector) => ({
        selector,
        format: 'skip',
      })),
    ],
  })
  return (html) => `${convert(html.slice(0, LENGTH)).trim()}\n`
}
