// Mails that cannot be sent at all, whichever way: told at once, with the reason in words.
import { toSmtpAddress } from '../../core/mailing/mailbox.ts'
import type { OutgoingMail } from '../../core/mailing/ports.ts'
import type { SendResult } from '../../core/sending/ports.ts'

export function unsendable({ to }: OutgoingMail): SendResult | undefined {
  if (toSmtpAddress(to.address)) return undefined
  const local = to.address.slice(0, Math.max(to.address.lastIndexOf('@'), 0))
  const response = /[^\x00-\x7f]/.test(local)
    ? '553 5.6.7 the hub sends to no address with letters beyond ASCII before the @'
    : '553 5.1.3 this is no address that a mail can be sent to'
  return { kind: 'failed', response, unknownReader: false }
}
