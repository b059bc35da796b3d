// Where in an address or name a search term may match: at its start, after the @, at each word of a name, and at each
// character of a script that is written without spaces.
import { emailKey } from '../addresses/address.ts'
import { innerWords } from '../scripts.ts'
import { foldText } from './subscriber.ts'

/** A text whose beginning a search term may be. `shared`: how many characters another text of the same person begins with as well. */
type SearchText = { readonly text: string; readonly shared: number }

type Person = { readonly email: string; readonly name: string }

/** Only so many characters are compared. */
const LENGTH = 64
/** Texts of one name at most. */
const MOST = 32

/** A run of letters and digits, or of other signs. */
const RUN = /[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]+/gu
const LETTER = /^[\p{L}\p{M}\p{N}]/u

const fold = (text: string): string => foldText(text).replace(/\s+/g, ' ').trim()

/** Without half a character at the end, which could not be stored, or a space, which MySQL ignores. */
function cut(text: string): string {
  if (text.length <= LENGTH) return text
  const start = text.slice(0, LENGTH)
  return (start.isWellFormed() ? start : start.slice(0, -1)).trimEnd()
}

/** The search term in the form of the texts that it is compared with; '': it finds nobody. */
export function soughtBy(q: string): string {
  const text = q.trim()
  return text.isWellFormed() ? cut(text.indexOf('@') > 0 ? emailKey(text) : fold(text)) : ''
}

/**
 * The texts of a person besides the key of the address: the name from each of its words on, and `@` with the domain. To count
 * each person once, only a text whose `shared` is shorter than the search term counts.
 */
export function searchTextsOf({ email, name }: Person, key = emailKey(email)): readonly SearchText[] {
  const before = [key]
  const names = [...textsOf(fold(name))].map((text) => {
    const found = { text, shared: mostShared(text, before) }
    before.push(text)
    return found
  })
  const domain = cut(fold(email.slice(email.indexOf('@'))))
  return [...names, { text: domain, shared: 1 + mostShared(domain.slice(1), before) }]
}

function textsOf(name: string): ReadonlySet<string> {
  const texts = new Set<string>()
  for (const at of places(name)) {
    texts.add(cut(name.slice(at)))
    if (texts.size === MOST) break
  }
  return texts
}

/** Where a text begins. An @ begins none: only domains have one. */
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

/** The rule that the index in the database follows. */
export function isFound(person: Person, sought: string): boolean {
  if (sought === '') return false
  const begins = (text: string) => text.startsWith(sought) || text.startsWith(`@${sought}`)
  return emailKey(person.email).startsWith(sought) || searchTextsOf(person).some(({ text }) => begins(text))
}
