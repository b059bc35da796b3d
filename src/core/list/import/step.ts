// What one step of an import may change: it brings nobody back who left, bounced or complained, and of all that is said about
// a person the most careful word counts.
import { emailKey } from '../../addresses/address.ts'
import { newRow, type Person, type Row } from '../membership.ts'
import type { ImportRow, Suppression } from '../ports.ts'
import { isActive, STRENGTH } from '../suppression.ts'

export type Keyed = ImportRow & Person
export type Known = Pick<Row, 'id' | 'email' | 'name' | 'subscribed'>
/** A suppression of an address. `stored`: the key it is kept under, the address's own or (of an erased person) its hash. */
export type Kept = Pick<Suppression, 'reason' | 'until'> & { readonly stored: string }

export type Step = {
  readonly added: readonly Row[]
  /** How many of `added` are subscribed. */
  readonly joined: number
  readonly renamed: readonly Pick<Row, 'id' | 'email' | 'name' | 'updatedAt'>[]
  readonly suppressed: readonly (Suppression & { readonly emailKey: string })[]
  /** Keys of those who leave, on the list or not. */
  readonly left: readonly string[]
  /** Keys of suppressions that are over, and are deleted. */
  readonly over: readonly string[]
}

/** The file itself says that they get no mail. */
export const getsNoMail = ({ wish, suppressed }: ImportRow): boolean =>
  wish !== undefined || suppressed !== undefined

/** By address: its first row, with the most careful word of all its rows. */
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

/** The rows whose suppressions must be known. */
export const inQuestion = (rows: ReadonlyMap<string, Keyed>, there: ReadonlyMap<string, Known>): Keyed[] =>
  [...rows.values()].filter((row) => !there.has(row.key) || getsNoMail(row))

/** `kept`: the suppressions of those in question, by plain key. */
export function planStep(
  rows: ReadonlyMap<string, Keyed>,
  there: ReadonlyMap<string, Known>,
  kept: ReadonlyMap<string, readonly Kept[]>,
  now: number,
): Step {
  const activeOf = ({ key }: Keyed) => kept.get(key)?.findLast((one) => isActive(one, now))
  // Nothing about an erased person is stored again: the suppression under their hash holds.
  const isErased = (row: Keyed) => !there.has(row.key) && (activeOf(row)?.stored ?? row.key) !== row.key
  const asked = inQuestion(rows, there)
  const unmailable = asked.filter((row) => getsNoMail(row) && !isErased(row))
  const strangers = asked.filter(({ key }) => !there.has(key))
  const added = strangers.filter((row) => (getsNoMail(row) ? !isErased(row) : !activeOf(row)))
  return {
    added: added.map((row) => newRow(row, row.wish === undefined ? 'in' : 'out', now)),
    joined: added.filter((row) => !getsNoMail(row)).length,
    renamed: [...there].flatMap(([key, row]) => rename(row, rows.get(key), now)),
    suppressed: unmailable.flatMap((row) => {
      const { key, email, suppressed: reason } = row
      const before = activeOf(row)
      if (!reason || (before?.stored === key && STRENGTH[before.reason] >= STRENGTH[reason])) return []
      return [{ emailKey: key, email, reason, source: 'import', since: now, until: null }]
    }),
    left: unmailable.filter(({ wish }) => wish === 'left').map(({ key }) => key),
    over: asked.flatMap(({ key }) =>
      (kept.get(key) ?? []).flatMap((one) => (isActive(one, now) || one.stored === key ? [] : [one.stored])),
    ),
  }
}

/** A subscriber gets the name in the file, unless it is empty. */
function rename({ id, email, name, subscribed }: Known, given: Keyed | undefined, now: number) {
  const isNews = given && !getsNoMail(given) && subscribed === 1 && given.name !== '' && given.name !== name
  return isNews ? [{ id, email, name: given.name, updatedAt: now }] : []
}
