// Every promise of the SubscriberStore port, as tests that each database must pass.
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { openListLab, type ListLab } from '../support/list-lab.ts'
import type { SqlLab } from '../support/sql-lab.ts'
import { promisesOfConfirming } from './subscribers.confirming.ts'
import { promisesOfFinding } from './subscribers.find.ts'
import { promisesOfImporting } from './subscribers.import.ts'
import { promisesOfMembership } from './subscribers.membership.ts'
import { promisesOfRemoving } from './subscribers.remove.ts'

export function subscribersContract(openLab: () => Promise<SqlLab>): void {
  let lab: ListLab
  beforeAll(async () => void (lab = await openListLab(openLab)))
  beforeEach(() => lab.wipe())
  afterAll(() => lab?.close())
  const current = (): ListLab => lab

  describe('coming and leaving', () => promisesOfMembership(current))
  describe('double opt-in', () => promisesOfConfirming(current))
  describe('find and count', () => promisesOfFinding(current))
  describe('import', () => promisesOfImporting(current))
  describe('removing', () => promisesOfRemoving(current))
}
