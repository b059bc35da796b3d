// What a mail has around its author's content: a preheader, and a footer with an unsubscribe link.
import { linesOf, type ListIdentity } from './identity.ts'
import { hasUnsubscribeLink, hasUnsubscribeUrl, type ReadHtml } from './placeholders.ts'
import { escapeHtml, escapeHtmlOnce } from './template.ts'

/** Hides the preheader in the mail itself: mail programs show it in their lists, as the mail's beginning. */
const HIDDEN =
  'display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all'
const FOOTER_STYLE = 'margin:24px 0 0;font-size:12px;color:#666;text-align:center'

/** The author's HTML as a whole document, with preheader and, if it has no unsubscribe link, a footer with one. */
export function completeHtml(
  content: string,
  preheader: string,
  list: ListIdentity,
  readHtml: ReadHtml,
): string {
  const document = asDocument(content)
  const footer = hasUnsubscribeLink(readHtml(content)) ? '' : htmlFooter(list, unsubscribeWord(content))
  const hidden = preheader.trim() && `<div style="${HIDDEN}">${escapeAround(preheader)}</div>`
  const footed = insertAt(document, bodyEnd(document), footer)
  return insertAt(footed, bodyStart(footed), hidden)
}

function asDocument(content: string): string {
  if (/<html[\s>]/i.test(content)) return content
  const body = /<body[\s>]/i.test(content) ? content : `<body>\n${content}\n</body>`
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>${body}</html>\n`
}

export function completeText(text: string, list: ListIdentity): string {
  if (hasUnsubscribeUrl(text)) return text
  const footer = ['-- ', ...linesOf(list), `${unsubscribeWord(text)}: {{unsubscribe_url}}`]
  return `${text.trimEnd()}\n\n${footer.join('\n')}\n`
}

function htmlFooter(list: ListIdentity, word: string): string {
  const link = `<a href="{{unsubscribe_url}}" style="color:#666">${word}</a>`
  return `<p style="${FOOTER_STYLE}">${[...linesOf(list).map(escapeHtml), link].join('<br>')}</p>`
}

/** In the language of the mail. */
const unsubscribeWord = (content: string): string =>
  /\p{Script=Hangul}/u.test(content) ? '수신 거부 · Unsubscribe' : 'Unsubscribe'

/** Escapes a preheader, which is plain text, except for its placeholders. */
function escapeAround(preheader: string): string {
  return preheader
    .split(/(\{\{[^{}]*\}\})/)
    .map((part, at) => (at % 2 ? part : escapeHtmlOnce(part)))
    .join('')
}

function insertAt(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at)
}

// Each place is found in one pass: a pattern over whole tags would take quadratic time on hostile text.

/** After `<body …>`; if that is missing, after the head. */
function bodyStart(html: string): number {
  const visible = withoutComments(html)
  for (const tag of [/<body[\s>]/i, /<\/head[\s>]/i, /<html[\s>]/i]) {
    const start = visible.search(tag)
    if (start >= 0) return visible.indexOf('>', start) + 1
  }
  return 0
}

/** Before the last `</body>` or `</html>`, else at the end of the text. */
function bodyEnd(html: string): number {
  const ends = [...withoutComments(html).matchAll(/<\/(body|html)[\s>]/gi)]
  const end = ends.findLast(([, name]) => name?.toLowerCase() === 'body') ?? ends.at(-1)
  return end?.index ?? html.length
}

/** The text with comments blanked out, and everything else in its place. */
function withoutComments(html: string): string {
  const parts: string[] = []
  let from = 0
  for (let start = html.indexOf('<!--'); start >= 0; start = html.indexOf('<!--', from)) {
    const close = html.indexOf('-->', start + 4)
    const end = close < 0 ? html.length : close + 3
    parts.push(html.slice(from, start), ' '.repeat(end - start))
    from = end
  }
  return parts.join('') + html.slice(from)
}
