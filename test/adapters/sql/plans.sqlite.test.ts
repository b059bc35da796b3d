// How SQLite goes about the stores' statements. It has no statistics here: the length of a list alone may mislead it.
import { describe } from 'vitest'
import { plansContract } from '../../contracts/plans.ts'
import { explainSqlite, updateOfSqlite } from '../../support/plans.ts'
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
