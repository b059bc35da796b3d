// Every promise of the EventArchive port, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import { emptied, type SqlLab } from '../../support/sql-lab.ts'
import { promisesOfDatabases } from './archive-database.ts'
import { promisesOfErasing } from './archive-erase.ts'
import { promisesOfFinding } from './archive-find.ts'
import { promisesOfKeptCounts } from './archive-kept.ts'
import { promisesOfRecording } from './archive-record.ts'
import { promisesOfUpkeep } from './archive-upkeep.ts'

/** `openLab` gives an empty database. */
export function eventArchiveContract(openLab: () => Promise<SqlLab>): void {
  describe('on a database that others have used', () => {
    const lab = useLab(emptied(openLab))
    describe('record', () => promisesOfRecording(lab))
    describe('find', () => promisesOfFinding(lab))
    describe('count and prune', () => promisesOfUpkeep(lab))
    describe('kept counts', () => promisesOfKeptCounts(lab))
    describe('erase', () => promisesOfErasing(lab))
  })
  describe('database', () => promisesOfDatabases(useLab(openLab)))
}

function useLab(openLab: () => Promise<SqlLab>): () => SqlLab {
  let lab: SqlLab
  beforeEach(async () => void (lab = await openLab()))
  afterEach(() => lab.close())
  return () => lab
}
