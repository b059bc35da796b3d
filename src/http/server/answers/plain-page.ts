// Small pages for subscribers who follow a link in a mail, and for errors: they need no scripts, and tell nobody who reads them.
// They bear the list's name and no mark of the hub, which subscribers do not know.
import type { FastifyReply } from 'fastify'
import type { Language } from '../../../core/campaigns/mail/identity.ts'
import { escapeHtml } from '../../../core/campaigns/mail/template.ts'

export type PlainPage = {
  readonly status: number
  readonly language?: Language
  readonly title: string
  readonly text: readonly string[]
  /** Sends an empty form, by default to the same address. */
  readonly button?: { readonly says: string; readonly to?: string | undefined }
  readonly link?: { readonly says: string; readonly to: string }
  /** The lines that say whose page it is. */
  readonly footer?: readonly string[]
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  // The page's address is a key.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
} as const

export function sendPage(reply: FastifyReply, page: PlainPage): FastifyReply {
  const { status, language = 'en' } = page
  return reply.status(status).headers(HEADERS).header('content-language', language).send(render(page))
}

/** Korean if the browser prefers it to English, else English. RFC 9110 section 12.5.4. */
export function languageFor(accepted = ''): Language {
  const ranges = accepted.split(',').map((range) => {
    const [tag = '', q = ''] = range.split(';')
    return { language: tag.trim().slice(0, 2).toLowerCase(), weight: q.trim() ? Number(q.split('=')[1]) : 1 }
  })
  const weightOf = (wanted: Language) =>
    Math.max(0, ...ranges.filter(({ language }) => language === wanted).map(({ weight }) => weight || 0))
  return weightOf('ko') > weightOf('en') ? 'ko' : 'en'
}

function render({ language = 'en', title, text, button, link, footer }: PlainPage): string {
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/plain.css">
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n')}
${button ? form(button) : ''}${link ? `<p><a href="${escapeHtml(link.to)}">${escapeHtml(link.says)}</a></p>` : ''}
</main>${footer ? `\n<footer>${footer.map(escapeHtml).join('<br>')}</footer>` : ''}
</body>
</html>
`
}

function form({ says, to }: NonNullable<PlainPage['button']>): string {
  const action = to === undefined ? '' : ` action="${escapeHtml(to)}"`
  return `<form method="post"${action}><button type="submit">${escapeHtml(says)}</button></form>`
}
