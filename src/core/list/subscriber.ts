// What a subscriber's row may hold: the rules of names, and the key that is left of an erased person.
import { createHmac } from 'node:crypto'
import { CONTROL } from '../addresses/address.ts'
import { keyFor } from '../seal.ts'

export const NAME_LENGTH = 200
export function nameProblem(name: string): string | undefined {
  if (!name.isWellFormed() || CONTROL.test(name)) return 'must not contain control characters'
  if ([...name].length > NAME_LENGTH) return `must be at most ${NAME_LENGTH} characters long`
  return undefined
}

/** The form in which parts of addresses and names are compared. */
export const foldText = (text: string): string => text.normalize('NFC').toLowerCase()

/** The first character of all keys of erased persons. */
export const ERASED = '#'

/**
 * Makes the key that is kept of an erased person who must not get mail: enough to recognise the address, not enough to tell
 * it. Takes the emailKey of an address. It is never equal to one, since it has no @.
 */
export function createErasedKeys(secret: string): (key: string) => string {
  const hmacKey = keyFor(secret, 'erased address')
  return (key) => `${ERASED}${createHmac('sha256', hmacKey).update(key).digest('base64url')}`
}
