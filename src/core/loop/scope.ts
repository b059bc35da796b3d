// Whether an event is ours: one Mandrill account may serve several senders, and its webhooks report on all of them.
import type { Kind } from '../events/event.ts'
import type { EventFacts } from '../events/facts.ts'
import { emailKey } from '../addresses/address.ts'

export type Scope = {
  /** Empty: all subaccounts are ours. */
  readonly subaccounts: readonly string[]
  /** The address that our mails are from; undefined while MAIL_FROM is not set. */
  readonly sender: string | undefined
}

const OF_THE_LIST: readonly Kind[] = ['suppressed', 'unsuppressed']

/**
 * May this event change a subscriber? Without a subaccount or sender it concerns the whole account: Mandrill applies such an
 * entry of its list to every subaccount. An entry may also be limited to one subaccount or sender.
 */
export function isOurs(
  kind: Kind,
  { subaccount, sender }: Pick<EventFacts, 'subaccount' | 'sender'>,
  scope: Scope,
): boolean {
  const { subaccounts } = scope
  const name = subaccounts.length > 0 ? (subaccount?.trim().toLowerCase() ?? '') : ''
  if (name !== '' && !subaccounts.some((each) => each.toLowerCase() === name)) return false
  const address = OF_THE_LIST.includes(kind) ? (sender?.trim() ?? '') : ''
  return address === '' || scope.sender === undefined || emailKey(address) === emailKey(scope.sender)
}
