// Mails that cannot be sent at all, whichever way: told at once, with the reason in words.
import { BEYOND_ASCII, isBeyondAscii, toSmtpAddress } from '../../core/campaigns/mail/mailbox.ts'
import type { OutgoingMail } from '../../core/campaigns/ports.ts'
import type { SendResult } from '../../core/sending/ports.ts'

export function unsendable({ to }: OutgoingMail): SendResult | undefined {
  if (toSmtpAddress(to.address)) return undefined
  const response = isBeyondAscii(to.address)
    ? `553 5.6.7 the hub sends to no address with ${BEYOND_ASCII}`
    : '553 5.1.3 this is not an address that a mail can be sent to'
  return { kind: 'failed', response, unknownRecipient: false }
}
