// Placeholders as people write them: which can be filled, which only look so, and whether a mail has a way to leave.
import { FIELDS } from './template.ts'

/** HTML as its subscribers get it. An adapter's: core knows no HTML parser. */
export type HtmlReading = {
  /** All words, hidden ones too, whatever markup stands between them. */
  readonly text: string
  readonly attributes: readonly string[]
  readonly visibleText: string
  /** Where links lead that a subscriber sees. */
  readonly links: readonly string[]
}

export type ReadHtml = (html: string) => HtmlReading

// A third brace belongs to another language: {{{name}}}.
const GOOD = new RegExp(`(?<!\\{)\\{\\{\\s*(?:${FIELDS.join('|')})\\s*(?:\\|([^{}]*))?\\}\\}(?!\\})`, 'g')
/** Anything in two braces; and one of our words behind two braces, however it goes on. */
const LIKE = new RegExp(
  `\\{{2,9}\\s{0,50}[^{}\\s][^{}]{0,200}\\}{2,9}|\\{\\s{0,3}\\{\\s{0,9}(?:${FIELDS.join('|')})(?![\\w-])[^{}<>\\n]{0,40}\\}?(?:\\s{0,3}\\})?`,
  'i',
)
/** Of template languages: a filter with arguments, or chained, or one by name; a text in quotes. */
const FILTER =
  /^\s*(?:[a-z_]\w*\s*[:(]|(?:default|fallback|upper|lower|upcase|downcase|uppercase|lowercase|capitalize|titlecase|escape|safe|raw|trim|strip|striptags)\s*$|(["']|&quot;|&apos;|&#0*3[49];).*\1\s*$)|\|/i

const BRACES: Readonly<Record<string, RegExp>> = {
  '{': /%7b|&#0*123;?|&#x0*7b;?|&(?:lbrace|lcub);|\uff5b/gi,
  '}': /%7d|&#0*125;?|&#x0*7d;?|&(?:rbrace|rcub);|\uff5d/gi,
}

/** The first placeholder of a text that nobody can fill, as it was written. */
export function badPlaceholder(text: string): string | undefined {
  const rest = text.replace(GOOD, (written, fallback: string | undefined) =>
    fallback !== undefined && FILTER.test(fallback) ? written : '\u0000',
  )
  return find(rest)
}

/** The same of HTML, where markup may break one, too. */
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

const LEAVE = '\\{\\{\\s*unsubscribe_url\\s*(?:\\|[^{}]*)?\\}\\}'
const WHOLE = new RegExp(`^${LEAVE}$`)
/** What stands before or behind it without a blank becomes part of the link. */
const IN_TEXT = new RegExp(`(?<![\\w:/.@%=?&#-])${LEAVE}(?![\\w/@%=?&#-])`)

/** A subscriber can leave: by a link that is seen and leads there, or by the address itself in what is seen. */
export function hasWayToLeave({ links, visibleText }: HtmlReading): boolean {
  return links.some((href) => WHOLE.test(href)) || leadsAway(visibleText)
}

export function leadsAway(text: string): boolean {
  return IN_TEXT.test(text)
}
