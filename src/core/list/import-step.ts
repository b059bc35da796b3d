// What a step of an import may change: nobody comes back by it who left, bounced or complained, and of all that is said of
// a person the most careful word counts.
import { emailKey } from '../address.ts'
import { newRow, type Person, type Row } from './membership.ts'
import type { ImportRow, Suppression } from './ports.ts'
import { isActive, STRENGTH } from './suppression.ts'

export type Keyed = ImportRow & Person
export type Known = Pick<Row, 'id' | 'email' | 'name' | 'subscribed'>
/** A suppression of an address, under its own key or its hash. */
export type Held = Pick<Suppression, 'reason' | 'until'> & { readonly stored: string }

export type Step = {
  readonly added: readonly Row[]
  /** Of those who are on the list by it. */
  readonly joined: number
  readonly renamed: readonly Pick<Row, 'id' | 'email' | 'name' | 'updatedAt'>[]
  readonly suppressed: readonly (Suppression & { readonly emailKey: string })[]
  /** Who leaves, on the list or not. */
  readonly left: readonly string[]
  /** Hashes of those who are added that hold no longer: from now on their suppressions have plain keys. */
  readonly over: readonly string[]
}

/** By the file's word one may not be mailed. */
export const isTold = ({ wish, suppressed }: ImportRow): boolean =>
  wish !== undefined || suppressed !== undefined

/** By address: the first row of it, with the most careful word of all of them. */
export function oneEach(rows: readonly ImportRow[]): ReadonlyMap<string, Keyed> {
  const distinct = new Map<string, Keyed>()
  for (const row of rows) {
    const key = emailKey(row.email)
    const first = distinct.get(key)
    distinct.set(key, first ? { ...first, ...strictest(first, row) } : { ...row, key })
  }
  return distinct
}

function strictest(a: ImportRow, b: ImportRow): Pick<ImportRow, 'wish' | 'suppressed'> {
  const wish = [a.wish, b.wish].includes('left') ? 'left' : (a.wish ?? b.wish)
  const reasons = [a, b].flatMap(({ suppressed }) => suppressed ?? [])
  const [suppressed] = reasons.toSorted((x, y) => STRENGTH[y] - STRENGTH[x])
  return { ...(wish && { wish }), ...(suppressed && { suppressed }) }
}

/** Whose suppressions must be known for it. */
export const inQuestion = (rows: ReadonlyMap<string, Keyed>, there: ReadonlyMap<string, Known>): Keyed[] =>
  [...rows.values()].filter((row) => !there.has(row.key) || isTold(row))

/** `held`: by plain key, what is known of those in question. */
export function planStep(
  rows: ReadonlyMap<string, Keyed>,
  there: ReadonlyMap<string, Known>,
  held: ReadonlyMap<string, readonly Held[]>,
  now: number,
): Step {
  const holds = ({ key }: Keyed) => held.get(key)?.findLast((one) => isActive(one, now))
  // Of an erased person nothing is written down again: what is kept of them holds.
  const isErased = (row: Keyed) => !there.has(row.key) && (holds(row)?.stored ?? row.key) !== row.key
  const asked = inQuestion(rows, there)
  const told = asked.filter((row) => isTold(row) && !isErased(row))
  const strangers = asked.filter(({ key }) => !there.has(key))
  const added = strangers.filter((row) => (isTold(row) ? !isErased(row) : !holds(row)))
  return {
    added: added.map((row) => newRow(row, row.wish === undefined ? 'in' : 'out', now)),
    joined: added.filter((row) => !isTold(row)).length,
    renamed: [...there].flatMap(([key, row]) => rename(row, rows.get(key), now)),
    suppressed: told.flatMap((row) => {
      const { key, email, suppressed: reason } = row
      const before = holds(row)
      if (!reason || (before?.stored === key && STRENGTH[before.reason] >= STRENGTH[reason])) return []
      return [{ emailKey: key, email, reason, source: 'import', since: now, until: null }]
    }),
    left: told.filter(({ wish }) => wish === 'left').map(({ key }) => key),
    over: asked.flatMap(({ key }) =>
      (held.get(key) ?? []).flatMap((one) => (isActive(one, now) || one.stored === key ? [] : [one.stored])),
    ),
  }
}

/** One who is on the list takes the name of the file, unless it is empty. */
function rename({ id, email, name, subscribed }: Known, given: Keyed | undefined, now: number) {
  const isNews = given && !isTold(given) && subscribed === 1 && given.name !== '' && given.name !== name
  return isNews ? [{ id, email, name: given.name, updatedAt: now }] : []
}
