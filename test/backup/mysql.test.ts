// Backup and restore where the feed is embedded and MariaDB has the rest.
import { afterAll, beforeAll } from 'vitest'
import { testBackup } from '../contracts/backup.ts'
import { onMariaDb } from '../support/backup/stores.ts'
import { startMariaDb, type MariaDb } from '../support/servers/mariadb.ts'

let mariadb: MariaDb
beforeAll(async () => void (mariadb = await startMariaDb()))
afterAll(() => mariadb?.close())

testBackup(
  'the embedded feed and MariaDB',
  onMariaDb(() => mariadb),
)
