// Placeholders as people write them: which can be filled, which only look as if, and whether a mail has an unsubscribe link.
import { FIELDS } from './template.ts'

/** HTML as its subscribers see it. Comes from an adapter: core has no HTML parser. */
export type HtmlReading = {
  /** All text, hidden text too, without the markup in between. */
  readonly text: string
  readonly attributes: readonly string[]
  readonly visibleText: string
  /** The URLs of the links that a subscriber can see. */
  readonly links: readonly string[]
}

export type ReadHtml = (html: string) => HtmlReading

// A third brace belongs to another template language: {{{name}}}.
const GOOD = new RegExp(`(?<!\\{)\\{\\{\\s*(?:${FIELDS.join('|')})\\s*(?:\\|([^{}]*))?\\}\\}(?!\\})`, 'g')
/** What nobody sees between two letters: editors leave such signs behind. */
const BLANK = '[\\s\\u00ad\\u200b-\\u200d\\u2060]'
/** Anything in two braces; and two braces before one of our words, however it goes on. */
const LIKE = new RegExp(
  `\\{{2,9}\\s{0,50}[^{}\\s][^{}]{0,200}\\}{2,9}|\\{${BLANK}{0,3}\\{${BLANK}{0,9}(?:${FIELDS.join('|')})(?![\\w-])[^{}<>\\n]{0,40}\\}?(?:\\s{0,3}\\})?`,
  'i',
)
/** Fallbacks of other template languages: a filter with arguments, a chain of them, a well-known filter, a quoted text. */
const FILTER =
  /^\s*(?:[a-z_]\w*\s*[:(]|(?:default|fallback|upper|lower|upcase|downcase|uppercase|lowercase|capitalize|titlecase|escape|safe|raw|trim|strip|striptags)\s*$|(["']|&quot;|&apos;|&#0*3[49];).*\1\s*$)|\|/i

const BRACES: Readonly<Record<string, RegExp>> = {
  '{': /%7b|&#0*123;?|&#x0*7b;?|&(?:lbrace|lcub);|\uff5b/gi,
  '}': /%7d|&#0*125;?|&#x0*7d;?|&(?:rbrace|rcub);|\uff5d/gi,
}

/** The first placeholder in a text that cannot be filled, as it was written. */
export function badPlaceholder(text: string): string | undefined {
  const rest = text.replace(GOOD, (written, fallback: string | undefined) =>
    fallback !== undefined && FILTER.test(fallback) ? written : '\u0000',
  )
  return find(rest)
}

/** The same for HTML, where markup may also break a placeholder. */
export function badPlaceholderOfHtml(html: string, readHtml: ReadHtml): string | undefined {
  const rest = html.replace(GOOD, (written, fallback: string | undefined) =>
    fallback !== undefined && (FILTER.test(fallback) || /[<>]/.test(fallback)) ? written : '\u0000',
  )
  if (!/\{|%7b|&#|&l(?:brace|cub)|\uff5b/i.test(rest)) return undefined
  const { text, attributes } = readHtml(rest)
  return find(rest) ?? find(text) ?? attributes.map(find).find((found) => found !== undefined)
}

function find(text: string): string | undefined {
  const plain = Object.entries(BRACES).reduce((all, [brace, ways]) => all.replace(ways, brace), text)
  return LIKE.exec(plain)?.[0].replaceAll('\u0000', '…').trim()
}

const UNSUBSCRIBE_URL = '\\{\\{\\s*unsubscribe_url\\s*(?:\\|[^{}]*)?\\}\\}'
const WHOLE = new RegExp(`^${UNSUBSCRIBE_URL}$`)
/** Characters next to it would become part of the link. */
const IN_TEXT = new RegExp(`(?<![\\w:/.@%=?&#-])${UNSUBSCRIBE_URL}(?![\\w/@%=?&#-])`)

/** A visible link leads to the unsubscribe page, or its URL stands in the visible text. */
export function hasUnsubscribeLink({ links, visibleText }: HtmlReading): boolean {
  return links.some((href) => WHOLE.test(href)) || hasUnsubscribeUrl(visibleText)
}

export function hasUnsubscribeUrl(text: string): boolean {
  return IN_TEXT.test(text)
}
