// How SQLite goes about the stores' statements. It has no statistics here: the length of a list alone may mislead it.
import { describe, expect, test } from 'vitest'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { createFind } from '../../../src/adapters/sql/list/find.ts'
import { plansContract } from '../../contracts/plans.ts'
import { explainSqlite, listening, updateOfSqlite, type Statement } from '../../support/database/plans.ts'
import { openSqliteLab } from '../../support/database/sql-lab.ts'

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

test('who is suppressed is told by one index of suppressions: an audience, a count and a page', async () => {
  const lab = await openSqliteLab()
  const heard: Statement[] = []
  const sql = listening(await lab.open(), updateOfSqlite, (statement) => void heard.push(statement))
  const list = createFind(sql, () => 0)
  await list.count({ mailable: true })
  for (const after of [undefined, '01700000-0000-7000-8000-000000000010'])
    await list.find({ limit: 100, suppressed: true, after })
  await createLedger(sql).audience({ id: '', expanded: false }, 0)
  const asked = heard.filter(({ text }) => text.includes('from "suppressions" where'))
  const { explain, close } = explainSqlite(lab.recipe[1])
  for (const statement of asked)
    expect((await explain(statement)).accesses).toEqual([
      { table: 'suppressions', index: 'suppressions_subscriber', scan: expect.any(Boolean) },
    ])
  expect(asked).toHaveLength(4)
  await close()
  await lab.close()
})
