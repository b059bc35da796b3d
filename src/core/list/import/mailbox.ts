// The address in a cell, as mail programs copy it: `Name <address>` or `mailto:address`.
import { emailKey } from '../../addresses/address.ts'
import { parseMailbox, type Mailbox } from '../../addresses/mailbox.ts'

/** A cell with more than one address, or with anything else, is its address: what is wrong with it is told of the whole. */
export function mailboxIn(cell: string): Mailbox {
  if (!/[<:]/.test(cell)) return { name: '', address: cell }
  const found = parseMailbox(cell) ?? { name: '', address: cell }
  const address = found.address.replace(/^mailto:(?!.*[%?])/i, '')
  if (!found.name.includes('@')) return { name: found.name, address }
  const repeats = emailKey(found.name.replace(/^'(.*)'$/, '$1')) === emailKey(address)
  return { name: '', address: repeats ? address : cell }
}
