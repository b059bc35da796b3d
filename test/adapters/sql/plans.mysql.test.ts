// How MariaDB goes about the stores' statements.
import { afterAll, beforeAll, describe } from 'vitest'
import { plansContract } from '../../contracts/plans.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { explainMysql, updateOfMysql } from '../../support/database/plans.ts'
import { openMysqlLab } from '../../support/database/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('plans on MariaDB', () =>
  plansContract({
    lab: () => openMysqlLab(server),
    explaining: explainMysql,
    words: {
      numbers: (n) => `(SELECT seq AS x FROM seq_1_to_${n}) s`,
      join: (...parts) => `concat(${parts.join()})`,
      div: 'DIV',
    },
    updateOf: updateOfMysql,
  }))
