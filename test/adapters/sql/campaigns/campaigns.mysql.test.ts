// Campaigns in MariaDB, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { campaignStoreContract } from '../../../contracts/campaigns/campaigns.ts'
import { startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { openMysqlLab } from '../../../support/database/sql-lab.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('campaigns in MariaDB', () => campaignStoreContract(() => openMysqlLab(server)))
