// Whatever the stores ask of a database, it finds by an index that narrows it: nothing gets slower with the hub's age.
import { expect, test } from 'vitest'
import { aDaysWork, COARSE, fill, LARGE, type Words } from '../support/database/busy-database.ts'
import {
  listening,
  shapeOf,
  type Explaining,
  type Plan,
  type Statement,
  type UpdateOf,
} from '../support/database/plans.ts'
import type { SqlLab } from '../support/database/sql-lab.ts'

/** What goes through a whole table all the same, and why it may. */
const ALLOWED: readonly (readonly [shape: RegExp, why: string])[] = [
  [/^select gone \+ \(SELECT coalesce\(sum\(event_counts/, 'reconciling asks for it, a few times a day'],
  [/^select count\(\*\) from suppressions/, 'how many there are, as the list tells: an index is counted'],
  [
    /^select count\(\*\) from subscribers where \(subscribers.subscribed = \? and /,
    'how many of those who are found have left: of all who have left, each is asked',
  ],
  [
    /^select distinct (quarantine_texts.)?id from quarantine_texts/,
    'erasing a person goes through all that is in quarantine',
  ],
  [
    / from quarantine where .*reason = \?/,
    'the operator looks for a reason: quarantine is small, and has an end',
  ],
  [
    /^select received_at - received_at %/,
    'a large part of all is counted, and a million at most: then one index or none is the same',
  ],
  [/ where false$/, 'nothing is asked for'],
]

export function plansContract(open: {
  lab(): Promise<SqlLab>
  explaining(place: string): Promise<Explaining>
  words: Words
  updateOf: UpdateOf
}): void {
  test('every statement of a day finds its rows by an index that narrows them', async () => {
    const lab = await open.lab()
    await fill(await lab.open(), open.words)
    const heard = new Map<string, Statement>()
    const hear = (statement: Statement) => void heard.set(statement.text, statement)
    await aDaysWork({ ...lab, open: async () => listening(await lab.open(), open.updateOf, hear) })
    const { explain, close } = await open.explaining(lab.recipe[1])
    const slow = new Set<string>()
    for (const statement of heard.values()) {
      const shape = shapeOf(statement)
      if (ALLOWED.some(([allowed]) => allowed.test(shape))) continue
      for (const way of slowWays(await explain(statement), shape)) slow.add(`${way}: ${shape}`)
    }
    await close()
    await lab.close()
    expect(heard.size).toBeGreaterThan(300)
    expect([...slow]).toEqual([])
  })
}

/**
 * An index gives a page its order where the page ends at a limit, and nothing has to be sorted for it. From its end only
 * the first page is read.
 */
function slowWays({ accesses, sorts }: Plan, shape: string): string[] {
  const isPage = / limit \?/.test(shape) && !sorts
  const isFirst = isPage && !/ where /.test(shape)
  return accesses.flatMap(({ table, index, scan }) => {
    if (!LARGE.includes(table)) return []
    if (index === undefined || (scan && !isFirst)) return `goes through ${table}`
    return COARSE.includes(index) && !isPage ? `goes through ${table} by ${index}` : []
  })
}
