// Sending on SQLite and embedded stores, to a real mail server.
import { describe } from 'vitest'
import { sendingContract } from '../../contracts/sending/sending.ts'
import { openEmbeddedSendLab } from '../../support/sending/send-lab.ts'
import { emptied, openSqliteLab } from '../../support/database/sql-lab.ts'

describe('sending, embedded', () => {
  const openSql = emptied(openSqliteLab)
  sendingContract(async () => ({ sql: await openSql(), send: await openEmbeddedSendLab() }))
})
