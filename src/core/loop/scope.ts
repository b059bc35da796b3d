// Whose an event is: one account of Mandrill may serve several senders, and its webhooks tell of all of them.
import type { Kind } from '../events/event.ts'
import type { EventFacts } from '../events/facts.ts'
import { emailKey } from '../address.ts'

export type Scope = {
  /** Empty: all are ours. */
  readonly subaccounts: readonly string[]
  /** The address that our mails are from; undefined while none is set. */
  readonly sender: string | undefined
}

const OF_THE_LIST: readonly Kind[] = ['suppressed', 'unsuppressed']

/**
 * May it change a subscriber? What names no subaccount, or no sender, is of the whole account: Mandrill itself applies such
 * an entry of its list to every subaccount. An entry may be limited to a subaccount or a sender.
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
