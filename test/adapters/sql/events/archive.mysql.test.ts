// The archive in MariaDB, against the contract: on a server whose defaults are all other than a hub would like them.
import { afterAll, beforeAll, describe } from 'vitest'
import { eventArchiveContract } from '../../../contracts/events/archive/archive.ts'
import { startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { openMysqlLab } from '../../../support/database/sql-lab.ts'

const HOSTILE = [
  '--sql-mode=ANSI,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT',
  '--character-set-server=latin1',
  '--collation-server=latin1_general_ci',
  '--default-time-zone=+09:00',
  '--transaction-isolation=SERIALIZABLE',
]

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb(HOSTILE)))
afterAll(() => server?.close())

describe('the archive in MariaDB', () => eventArchiveContract(() => openMysqlLab(server)))
