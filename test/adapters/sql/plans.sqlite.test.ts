// How SQLite goes about the stores' statements. It has no statistics here: the length of a list alone may mislead it.
import { describe, expect, test } from 'vitest'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { createFind } from '../../../src/adapters/sql/list/find.ts'
import { plansContract } from '../../contracts/plans.ts'
import { explainSqlite, listening, updateOfSqlite, type Statement } from '../../support/plans.ts'
import { openSqliteLab } from '../../support/sql-lab.ts'

describe('plans on SQLite', () =>
  plansContract({
    lab: openSqliteLab,
    explaining: async (file) => explainSqlite(file),
    words: {
      numbers: (n) =>
        `(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${n}) SELECT x FROM n)`,
      join: (...parts) => parts.map((part) => `(${part})`).join(' || '),
      div: '/',
    },
    updateOf: updateOfSqlite,
  }))

test('suppressions lead to the list, which is larger: an audience, and who is suppressed', async () => {
  const lab = await openSqliteLab()
  const heard: Statement[] = []
  const sql = listening(await lab.open(), updateOfSqlite, (statement) => void heard.push(statement))
  const list = createFind(sql, () => 0)
  await list.count({ mailable: true })
  await list.find({ limit: 100, suppressed: true })
  await createLedger(sql).audience({ id: '', expanded: false }, 0)
  const joins = heard.filter(({ text }) => text.includes('from "suppressions" inner join "subscribers"'))
  const { explain, close } = explainSqlite(lab.recipe[1])
  for (const join of joins)
    expect((await explain(join)).accesses).toEqual([
      { table: 'suppressions', index: undefined, scan: true },
      { table: 'subscribers', index: 'subscribers_email_key', scan: false },
    ])
  expect(joins).toHaveLength(3)
  await close()
  await lab.close()
})
