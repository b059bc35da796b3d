// What a subscriber's row may hold: names, what is searched, and what is left of an erased person.
import { createHmac } from 'node:crypto'
import { CONTROL } from '../address.ts'
import { keyFor } from '../seal.ts'

export const NAME_LENGTH = 200
export function nameProblem(name: string): string | undefined {
  if (!name.isWellFormed() || CONTROL.test(name)) return 'must not contain control characters'
  if ([...name].length > NAME_LENGTH) return `must be ${NAME_LENGTH} characters long at most`
  return undefined
}

/** A text may grow when it is folded, to three times its length by NFC. What does not fit is not searched. */
const SEARCH_LENGTH = 700

/** What a search by a part of address or name looks in, and how the part itself has to be written. */
export function searchText(email: string, name: string): string {
  const text = foldText(`${email}\n${name}`).slice(0, SEARCH_LENGTH)
  return text.isWellFormed() ? text : text.slice(0, -1) // half a character could not be stored
}
export const foldText = (text: string): string => text.normalize('NFC').toLowerCase()

/**
 * Makes what is kept of an erased person who must not get mail: enough to know the address when it comes again, not
 * enough to tell it. Given the key of an address; no address is like it, since it has no @.
 */
export function createErasedKeys(secret: string): (key: string) => string {
  const hmacKey = keyFor(secret, 'erased address')
  return (key) => `#${createHmac('sha256', hmacKey).update(key).digest('base64url')}`
}
