// Whether mails may go to a real mail server: subscribers must be able to reach their links and their sender.
import { domainOf, isLoopback } from '../../addresses/address.ts'
import type { Mailbox } from '../../addresses/mailbox.ts'

/** Why no campaign may start, naming the settings; null when all is well. */
export function senderProblem(publicUrl: string, { address }: Mailbox): string | null {
  const { protocol, hostname } = new URL(publicUrl)
  const problems = [
    leadsNowhere(hostname)
      ? `PUBLIC_URL is ${publicUrl}, so nobody else can open the links in mails`
      : protocol === 'https:'
        ? ''
        : `PUBLIC_URL is ${publicUrl}, but mail providers unsubscribe over https only`,
    leadsNowhere(domainOf(address)) ? `MAIL_FROM is ${address}, so no replies arrive` : '',
  ]
  return problems.filter(Boolean).join('; ') || null
}

/** Those who get a mail find their own machine there, if anything. More names than those that may do without TLS. */
function leadsNowhere(host: string): boolean {
  return isLoopback(host) || /(^|\.)localhost(\.localdomain)?\.?$|^0\.0\.0\.0$|^\[::(ffff:7f.*)?]$/.test(host)
}
