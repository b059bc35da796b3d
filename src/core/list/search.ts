// Where in an address or a name a search may begin: at its start, after the @, at each word of a name, and at each character of
// a script that is written without spaces.
import { emailKey } from '../address.ts'
import { innerWords } from '../scripts.ts'
import { foldText } from './subscriber.ts'

/** A text that what is sought may begin. `shared`: how much of it another one of the same person begins with, too. */
type Start = { readonly text: string; readonly shared: number }

type Person = { readonly email: string; readonly name: string }

/** Of what is longer the beginning is compared. */
const LENGTH = 64
/** Of a name that has more, the first are looked at. */
const MOST = 32

/** Letters and digits that stand together, or other signs that do. */
const RUN = /[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]+/gu
const LETTER = /^[\p{L}\p{M}\p{N}]/u

const fold = (text: string): string => foldText(text).replace(/\s+/g, ' ').trim()

/** Not half a character, which could not be stored, nor a space at the end, which MySQL does not see. */
function cut(text: string): string {
  if (text.length <= LENGTH) return text
  const start = text.slice(0, LENGTH)
  return (start.isWellFormed() ? start : start.slice(0, -1)).trimEnd()
}

/** What is looked for, as the texts that it may begin are written; empty: nobody is found by it. */
export function soughtBy(q: string): string {
  const text = q.trim()
  return text.isWellFormed() ? cut(text.indexOf('@') > 0 ? emailKey(text) : fold(text)) : ''
}

/**
 * Beside the key of the address, which begins with what is sought or does not: the name from each of its words on, and the
 * domain after an @. Each person counts once, by the key or by the one text whose `shared` is shorter than what is sought.
 */
export function startsOf({ email, name }: Person, key = emailKey(email)): readonly Start[] {
  const told = [key]
  const starts = [...textsOf(fold(name))].map((text) => {
    const start = { text, shared: mostShared(text, told) }
    told.push(text)
    return start
  })
  const domain = cut(fold(email.slice(email.indexOf('@'))))
  return [...starts, { text: domain, shared: 1 + mostShared(domain.slice(1), told) }]
}

function textsOf(name: string): ReadonlySet<string> {
  const texts = new Set<string>()
  for (const at of places(name)) {
    texts.add(cut(name.slice(at)))
    if (texts.size === MOST) break
  }
  return texts
}

/** An @ begins no text: that is how domains are told from names. */
function* places(name: string): Generator<number> {
  for (const { 0: run, index } of name.matchAll(RUN)) {
    const isWord = LETTER.test(run)
    if (isWord || (run[0] !== '@' && (index === 0 || name[index - 1] === ' '))) yield index
    if (isWord) for (const inner of innerWords(run)) yield index + inner
  }
}

const mostShared = (text: string, others: readonly string[]): number =>
  others.reduce((most, other) => Math.max(most, shared(text, other)), 0)

function shared(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** The rule that the index of these texts follows. */
export function isFound(person: Person, sought: string): boolean {
  if (sought === '') return false
  const begins = (text: string) => text.startsWith(sought) || text.startsWith(`@${sought}`)
  return emailKey(person.email).startsWith(sought) || startsOf(person).some(({ text }) => begins(text))
}
