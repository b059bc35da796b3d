// A hub that was stopped leaves one file: whoever copies it has everything.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSqlite } from '../../../../src/adapters/sql/driver/sqlite/sqlite.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'

test('closing brings the WAL back into the file, every time', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hub-sqlite-'))
  for (let times = 0; times < 20; times++) {
    const sql = await openSqlite({ file: join(dir, 'hub.sqlite'), log: silentLog })
    const { leases } = sql.tables
    await Promise.all([sql.run(sql.db.delete(leases)), sql.read(sql.db.select().from(leases))])
    await sql.close()
    expect(await readdir(dir)).toEqual(['hub.sqlite'])
  }
  await rm(dir, { recursive: true })
})
