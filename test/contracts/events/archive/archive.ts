// Every promise of the EventArchive port, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import { emptied, type SqlLab } from '../../../support/database/sql-lab.ts'
import { promisesOfDatabases } from './database.ts'
import { promisesOfErasing } from './erase.ts'
import { promisesOfFinding } from './find.ts'
import { promisesOfKeptCounts } from './kept.ts'
import { promisesOfRecording } from './record.ts'
import { promisesOfUpkeep } from './upkeep.ts'

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
