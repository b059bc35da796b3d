// The mailing list in MariaDB, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { subscribersContract } from '../../../contracts/list/subscribers.ts'
import { startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { openMysqlLab } from '../../../support/database/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('the mailing list in MariaDB', () => subscribersContract(() => openMysqlLab(server)))
