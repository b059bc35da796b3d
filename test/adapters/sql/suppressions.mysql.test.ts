// Suppressions in MariaDB, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { suppressionsContract } from '../../contracts/list/suppressions.ts'
import { startMariaDb, type MariaDb } from '../../support/mariadb.ts'
import { openMysqlLab } from '../../support/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('suppressions in MariaDB', () => suppressionsContract(() => openMysqlLab(server)))
