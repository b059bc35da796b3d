// Which delivery an event is about: what its metadata names, unless that is another recipient's.
import { MAIL_KINDS, type Kind } from '../events/event.ts'
import type { EventFacts } from '../events/facts.ts'
import type { ArchiveRow } from '../events/ports.ts'
import { isUuid } from '../ids.ts'
import { emailKey } from '../addresses/address.ts'

export type DeliveryKey = { readonly campaignId: string; readonly chunk: number; readonly n: number }

const OF_MAILS: ReadonlySet<Kind> = new Set(MAIL_KINDS)

/** About a mail that was sent: not an inbound mail, a change of a list, or an unknown kind. */
export const isOfMail = (kind: Kind): boolean => OF_MAILS.has(kind)

export const wholeId = ({ campaignId, chunk, n }: DeliveryKey): string => `${campaignId}/${chunk}-${n}`

/** The delivery that the event's metadata names: the mail carried it in X-MC-Metadata. */
export function namedDelivery({ campaignId, deliveryId }: EventFacts): DeliveryKey | undefined {
  if (campaignId === null || !isUuid(campaignId)) return undefined
  const key = readDeliveryId(deliveryId ?? '')
  return key && { campaignId, ...key }
}

export function readDeliveryId(id: string): Omit<DeliveryKey, 'campaignId'> | undefined {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(id)
  return match ? { chunk: Number(match[1]), n: Number(match[2]) } : undefined
}

/** An event without an address contradicts nobody. A delivery to an erased person has no address left to compare with. */
export function isRecipient(delivery: { readonly email: string }, { email }: EventFacts): boolean {
  return email === null || emailKey(email) === emailKey(delivery.email)
}

/** An event without an address is about the recipient of its mail. */
export function addressed(row: ArchiveRow, about: { readonly email: string } | undefined): ArchiveRow {
  if (!about || row.facts.email !== null) return row
  return { ...row, facts: { ...row.facts, recipient: about.email, email: emailKey(about.email) } }
}
