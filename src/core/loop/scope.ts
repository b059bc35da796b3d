// Whose an event is: one account of Mandrill may serve several senders, and its webhooks tell of all of them.
import type { EventFacts, Kind } from '../events/event.ts'
import { asObject } from '../events/intake/payload.ts'
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
 * an entry of its list to every subaccount. An entry may be limited to a subaccount or a sender (the API tells the sender
 * as an object, webhooks its address).
 */
export function isOurs(kind: Kind, { payload }: Pick<EventFacts, 'payload'>, scope: Scope): boolean {
  if (!OF_THE_LIST.includes(kind)) return isOneOf(scope.subaccounts, asObject(payload.msg).subaccount)
  const { subaccount, sender } = asObject(payload.reject ?? payload.entry)
  const address = nameOf(sender) || nameOf(asObject(sender).address)
  const sameSender = !address || scope.sender === undefined || emailKey(address) === emailKey(scope.sender)
  return sameSender && isOneOf(scope.subaccounts, subaccount)
}

function isOneOf(subaccounts: readonly string[], told: unknown): boolean {
  const name = nameOf(told).toLowerCase()
  return name === '' || subaccounts.length === 0 || subaccounts.some((ours) => ours.toLowerCase() === name)
}

const nameOf = (told: unknown): string =>
  typeof told === 'string' ? told.trim() : typeof told === 'number' ? String(told) : ''
