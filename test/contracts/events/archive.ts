// Every promise of the EventArchive port, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import type { SqlLab } from '../../support/sql-lab.ts'
import { promisesOfDatabases } from './archive-database.ts'
import { promisesOfErasing } from './archive-erase.ts'
import { promisesOfFinding } from './archive-find.ts'
import { promisesOfKeptCounts } from './archive-kept.ts'
import { promisesOfRecording } from './archive-record.ts'
import { promisesOfUpkeep } from './archive-upkeep.ts'

/** `openLab` gives each test an empty database of its own. */
export function eventArchiveContract(openLab: () => Promise<SqlLab>): void {
  let lab: SqlLab
  beforeEach(async () => void (lab = await openLab()))
  afterEach(() => lab.close())
  const current = (): SqlLab => lab

  describe('record', () => promisesOfRecording(current))
  describe('find', () => promisesOfFinding(current))
  describe('count and prune', () => promisesOfUpkeep(current))
  describe('kept counts', () => promisesOfKeptCounts(current))
  describe('erase', () => promisesOfErasing(current))
  describe('database', () => promisesOfDatabases(current))
}
