// The list as subscribers know it: named in the footer of mails and on the pages for subscribers.
import type { Mailbox } from '../../addresses/mailbox.ts'
import { oneLine } from './template.ts'

export type ListIdentity = {
  readonly name: string
  /** Postal; '' when none is given. */
  readonly address: string
}

/** The languages in which the hub itself speaks to subscribers, in mails and on pages. */
export type Language = 'en' | 'ko'

/** Without a name, the list is known by its sender's. */
export function identityOf({ name, address }: ListIdentity, from: Mailbox): ListIdentity {
  return { name: name || oneLine(from.name).trim() || from.address, address }
}

/** Name and postal address, a line each. */
export function linesOf({ name, address }: ListIdentity): readonly string[] {
  return address ? [name, address] : [name]
}
