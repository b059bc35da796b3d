// Whose mails these are, in words that subscribers know: in the footer of mails, and on the pages for them.
import type { Mailbox } from './mailbox.ts'
import { oneLine } from './template.ts'

export type ListIdentity = {
  readonly name: string
  /** Postal; '' when none is given. */
  readonly address: string
}

/** What the hub itself says to subscribers, in mails and on pages, comes in these. */
export type Language = 'en' | 'ko'

/** What is not given is told by the sender. */
export function identityOf({ name, address }: ListIdentity, from: Mailbox): ListIdentity {
  return { name: name || oneLine(from.name).trim() || from.address, address }
}

/** One line each. */
export function linesOf({ name, address }: ListIdentity): readonly string[] {
  return address ? [name, address] : [name]
}
