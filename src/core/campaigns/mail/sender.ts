// Whether mails may go to a real mail server: subscribers must be able to reach their links and their sender.
import { domainOf } from '../../addresses/address.ts'
import type { Mailbox } from '../../addresses/mailbox.ts'

/** Why no campaign may start, naming the settings; null when all is well. */
export function senderProblem(publicUrl: string, { address }: Mailbox): string | null {
  const { protocol, hostname } = new URL(publicUrl)
  const problems = [
    isThisMachine(hostname)
      ? `PUBLIC_URL is ${publicUrl}, so nobody else can open the links in mails`
      : protocol === 'https:'
        ? ''
        : `PUBLIC_URL is ${publicUrl}, but mail providers unsubscribe over https only`,
    isThisMachine(domainOf(address)) ? `MAIL_FROM is ${address}, so no replies arrive` : '',
  ]
  return problems.filter(Boolean).join('; ') || null
}

function isThisMachine(host: string): boolean {
  const name = host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  return /^(?:(?:.*\.)?localhost|localhost\.localdomain|127(?:\.\d+){3}|0\.0\.0\.0|::1?|::ffff:7f.*)$/.test(
    name,
  )
}
