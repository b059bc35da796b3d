// Quarantine in MariaDB, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { quarantineContract } from '../../../contracts/events/quarantine.ts'
import { startMariaDb, type MariaDb } from '../../../support/mariadb.ts'
import { openMysqlLab } from '../../../support/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('quarantine in MariaDB', () => quarantineContract(() => openMysqlLab(server)))
