// What a subscriber's row may hold: names, and what is left of an erased person.
import { createHmac } from 'node:crypto'
import { CONTROL } from '../address.ts'
import { keyFor } from '../seal.ts'

export const NAME_LENGTH = 200
export function nameProblem(name: string): string | undefined {
  if (!name.isWellFormed() || CONTROL.test(name)) return 'must not contain control characters'
  if ([...name].length > NAME_LENGTH) return `must be ${NAME_LENGTH} characters long at most`
  return undefined
}

/** As a part of an address or name is compared. */
export const foldText = (text: string): string => text.normalize('NFC').toLowerCase()

/** What all keys of erased persons begin with. */
export const ERASED = '#'

/**
 * Makes what is kept of an erased person who must not get mail: enough to know the address when it comes again, not
 * enough to tell it. Given the key of an address; no address is like it, since it has no @.
 */
export function createErasedKeys(secret: string): (key: string) => string {
  const hmacKey = keyFor(secret, 'erased address')
  return (key) => `${ERASED}${createHmac('sha256', hmacKey).update(key).digest('base64url')}`
}
