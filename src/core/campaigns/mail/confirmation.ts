// The mail of double opt-in: whoever typed an address into a form need not be the one who reads its mail.
import { domainOf } from '../../address.ts'
import { linesOf, type ListIdentity } from './identity.ts'
import { toAsciiDomain, type Mailbox } from './mailbox.ts'
import type { OutgoingMail } from '../ports.ts'
import { escapeHtml } from './template.ts'

type ConfirmationRequest = {
  readonly to: Mailbox
  readonly from: Mailbox
  readonly list: ListIdentity
  readonly replyTo: string | null
  readonly confirmUrl: string
  /** When the link ends, milliseconds since 1970. */
  readonly expiresAt: number
  /** Makes the Message-ID: the same for every try of this mail. */
  readonly id: string
}

/**
 * Holds nothing that the form's user has typed but the address: the name would let anybody send any text to anybody.
 */
export function composeConfirmation(request: ConfirmationRequest): OutgoingMail {
  const { to, from, list, replyTo, confirmUrl, expiresAt, id } = request
  const until = `${new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const lines = {
    asked: `Someone, probably you, asked for ${to.address} to be subscribed to ${list.name}.`,
    ignore: 'If it was not you, do nothing: you will get no further mail.',
    until: `The link works until ${until}.`,
  }
  const link = escapeHtml(confirmUrl)
  return {
    to: { name: '', address: to.address },
    subject: `Please confirm your subscription to ${list.name}`,
    html: [
      '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"></head><body>',
      `<p>${escapeHtml(lines.asked)}</p>`,
      `<p><a href="${link}">Confirm the subscription</a></p>`,
      `<p>${escapeHtml(lines.until)} ${lines.ignore}</p>`,
      `<p>${linesOf(list).map(escapeHtml).join('<br>')}</p>`,
      '</body></html>\n',
    ].join('\n'),
    text: `${lines.asked}\n\nTo confirm, open ${confirmUrl}\n\n${lines.until}\n${lines.ignore}\n\n-- \n${linesOf(list).join('\n')}\n`,
    replyTo,
    messageId: `confirm.${id}@${toAsciiDomain(domainOf(from.address))}`,
    // RFC 3834 section 5: keeps other machines from answering this one.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}
