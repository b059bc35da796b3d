// The mail of double opt-in: whoever typed an address into a form need not be the one who reads its mail.
import { domainOf } from '../../addresses/address.ts'
import { linesOf, type Language, type ListIdentity } from './identity.ts'
import { toAsciiDomain, type Mailbox } from '../../addresses/mailbox.ts'
import type { OutgoingMail } from '../ports.ts'
import { escapeHtml } from './template.ts'

/** A request to confirm a subscription. */
export type AskedToConfirm = {
  readonly subscriberId: string
  readonly email: string
  /** The page where they confirm. */
  readonly url: string
  /** When the link expires, in milliseconds since 1970. */
  readonly expiresAt: number
  readonly language: Language
}

type Sender = { readonly from: Mailbox; readonly list: ListIdentity; readonly replyTo: string | null }

type Words = {
  readonly subject: string
  readonly asked: string
  /** `open` stands before the URL in the text; `confirm` is the link in the HTML. */
  readonly open: string
  readonly confirm: string
  readonly until: string
  readonly ignore: string
}

const WORDS: Readonly<Record<Language, (list: string, address: string, until: string) => Words>> = {
  en: (list, address, until) => ({
    subject: `Please confirm your subscription to ${list}`,
    asked: `Someone, probably you, asked to subscribe ${address} to ${list}.`,
    open: 'To confirm, open',
    confirm: 'Confirm the subscription',
    until: `The link works until ${until}.`,
    ignore: 'If it was not you, please ignore this mail. You will not get another one.',
  }),
  ko: (list, address, until) => ({
    subject: `${list} 구독을 확인해 주세요`,
    asked: `${address} 주소로 ${list} 구독 신청이 접수되었습니다.`,
    open: '구독을 확인하려면 다음 링크를 열어 주세요:',
    confirm: '구독 확인',
    until: `이 링크는 ${until}까지 사용할 수 있습니다.`,
    ignore: '직접 신청하지 않으셨다면 그대로 두세요. 더 이상 메일을 보내지 않습니다.',
  }),
}

/** Of what was typed into the form it holds only the address: with the name, anybody could send any text to anybody. */
export function composeConfirmation(request: AskedToConfirm, sender: Sender): OutgoingMail {
  const { subscriberId, email, url, expiresAt, language } = request
  const { from, list, replyTo } = sender
  const end = `${new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const { subject, asked, open, confirm, until, ignore } = WORDS[language](list.name, email, end)
  return {
    to: { name: '', address: email },
    subject,
    html: [
      `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8"></head><body>`,
      `<p>${escapeHtml(asked)}</p>`,
      `<p><a href="${escapeHtml(url)}">${confirm}</a></p>`,
      `<p>${until} ${ignore}</p>`,
      `<p>${linesOf(list).map(escapeHtml).join('<br>')}</p>`,
      '</body></html>\n',
    ].join('\n'),
    text: `${asked}\n\n${open} ${url}\n\n${until}\n${ignore}\n\n-- \n${linesOf(list).join('\n')}\n`,
    replyTo,
    // The same for each attempt to send this mail.
    messageId: `confirm.${subscriberId}.${expiresAt}@${toAsciiDomain(domainOf(from.address))}`,
    // RFC 3834 section 5: keeps other machines from answering this one.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}
