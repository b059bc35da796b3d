// Sending on SQLite and embedded stores, to a real mail server.
import { describe } from 'vitest'
import { sendingContract } from '../../contracts/sending/sending.ts'
import { openEmbeddedSendLab } from '../../support/send-lab.ts'
import { openSqliteLab } from '../../support/sql-lab.ts'

describe('sending, embedded', () =>
  sendingContract(async () => ({ sql: await openSqliteLab(), send: await openEmbeddedSendLab() })))
