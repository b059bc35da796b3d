// Small pages for subscribers who follow a link of a mail: they work without scripts, and tell nobody who the subscriber is.
import type { FastifyReply } from 'fastify'
import { escapeHtml } from '../../core/campaigns/mail/template.ts'

export type PlainPage = {
  readonly status: number
  readonly title: string
  readonly text: readonly string[]
  /** What a button says that sends an empty form to this very address. */
  readonly button?: string
  /** Whose page it is, line by line. */
  readonly footer?: readonly string[]
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  // The address of the page is a key.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
} as const

export function sendPage(reply: FastifyReply, page: PlainPage): FastifyReply {
  return reply.status(page.status).headers(HEADERS).send(render(page))
}

function render({ title, text, button, footer }: PlainPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/plain.css">
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n')}
${button === undefined ? '' : `<form method="post"><button type="submit">${escapeHtml(button)}</button></form>`}
</main>${footer ? `\n<footer>${footer.map(escapeHtml).join('<br>')}</footer>` : ''}
</body>
</html>
`
}
