// The loop on MariaDB, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { loopContract } from '../../contracts/loop/loop.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { openMysqlLab } from '../../support/database/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('the loop on MariaDB', () => loopContract(() => openMysqlLab(server)))
