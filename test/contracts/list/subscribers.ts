// Every promise of the SubscriberStore port, as tests that each database must pass.
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { openListLab, type ListLab } from '../../support/list/list-lab.ts'
import type { SqlLab } from '../../support/database/sql-lab.ts'
import { promisesOfConfirming } from './confirming.ts'
import { promisesOfFinding } from './find.ts'
import { promisesOfTheSuppressed } from './suppressed.ts'
import { promisesOfImporting } from './import.ts'
import { promisesOfMembership } from './membership.ts'
import { promisesOfRemoving } from './remove.ts'
import { promisesOfSearching } from './search.ts'
import { promisesOfTotals } from './totals.ts'

export function subscribersContract(openLab: () => Promise<SqlLab>): void {
  let lab: ListLab
  beforeAll(async () => void (lab = await openListLab(openLab)))
  beforeEach(() => lab.wipe())
  afterAll(() => lab?.close())
  const current = (): ListLab => lab

  describe('coming and leaving', () => promisesOfMembership(current))
  describe('double opt-in', () => promisesOfConfirming(current))
  describe('find and count', () => promisesOfFinding(current))
  describe('search', () => promisesOfSearching(current))
  describe('import', () => promisesOfImporting(current))
  describe('removing', () => promisesOfRemoving(current))
  describe('who is suppressed', () => promisesOfTheSuppressed(current))
  describe('how many there are', () => promisesOfTotals(current))
}
