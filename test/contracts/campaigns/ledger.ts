// Every promise of the Ledger port, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import { openLedgerLab, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { emptied, type SqlLab } from '../../support/database/sql-lab.ts'
import { promisesOfCancellingAndRetrying } from './ledger-changes.ts'
import { promisesOfCounts } from './ledger-counts.ts'
import { promisesOfExpanding } from './ledger-expand.ts'
import { promisesOfReadingDeliveries } from './ledger-deliveries.ts'
import { promisesOfRecording } from './ledger-record.ts'

export function ledgerContract(openLab: () => Promise<SqlLab>): void {
  let lab: LedgerLab
  const openEmptied = emptied(openLab)
  beforeEach(async () => void (lab = await openLedgerLab(await openEmptied())))
  afterEach(() => lab.close())
  const current = (): LedgerLab => lab

  describe('expand', () => promisesOfExpanding(current))
  describe('record', () => promisesOfRecording(current))
  describe('cancel and retry', () => promisesOfCancellingAndRetrying(current))
  describe('deliveries', () => promisesOfReadingDeliveries(current))
  describe('counts', () => promisesOfCounts(current))
}
