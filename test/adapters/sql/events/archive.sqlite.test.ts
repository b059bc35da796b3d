// The archive in SQLite, against the contract, and files that are no database.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSqlite } from '../../../../src/adapters/sql/driver/sqlite/sqlite.ts'
import { eventArchiveContract } from '../../../contracts/events/archive/archive.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('the archive in SQLite', () => eventArchiveContract(openSqliteLab))

test('a file that cannot be used is unavailable', async () => {
  const lab = await openSqliteLab()
  const [, file] = lab.recipe
  await writeFile(file, 'This is no database, although it is as long as the head of one. '.repeat(10))
  for (const place of [file, join(file, 'in-no-folder')])
    await expect(openSqlite({ file: place, log: silentLog })).rejects.toMatchObject({
      code: 'archive.unavailable',
    })
  await lab.close()
})
