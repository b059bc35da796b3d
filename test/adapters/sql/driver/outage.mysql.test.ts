// What happens when MariaDB dies, hangs, comes back, or never was the right one.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { openMysql } from '../../../../src/adapters/sql/driver/mysql/mysql.ts'
import { caughtUp } from '../../../../src/http/events/events.ts'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import { makeEvents, silentLog, texts } from '../../../support/events/feed-lab.ts'
import { run, startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { EPOCH, makeRows, openMysqlLab } from '../../../support/database/sql-lab.ts'
import { openTrackingLab } from '../../../support/events/tracking-lab.ts'
import { until } from '../../../support/eventually.ts'

const unavailable = { code: 'archive.unavailable', status: 503 }

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterEach(async () => {
  server.resume()
  await server.start()
})
afterAll(() => server?.close())

test('a dead server is unavailable, and works again when it is back', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog })
  const archive = createEventArchive(sql)
  await archive.record(BEGINNING, { epoch: EPOCH, seq: 3 }, makeRows(1, 3))
  await server.kill()
  await expect(archive.find({ limit: 1 })).rejects.toMatchObject(unavailable)
  await expect(archive.record(BEGINNING, BEGINNING, [])).rejects.toMatchObject(unavailable)
  await expect(sql.ping()).rejects.toMatchObject(unavailable)
  await server.start()
  await sql.ping()
  expect(await archive.find({ limit: 10 })).toHaveLength(3)
  await sql.close()
})

test('a server that hangs is unavailable after a time, and works again when it goes on', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog, queryMs: 500 })
  const archive = createEventArchive(sql)
  server.pause()
  await expect(archive.position()).rejects.toMatchObject(unavailable)
  await expect(archive.record(BEGINNING, BEGINNING, [])).rejects.toMatchObject(unavailable)
  server.resume()
  await until(() => archive.position())
  await sql.close()
})

test('closing does not wait for a server that hangs', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog })
  server.pause()
  const asked = createEventArchive(sql).position()
  const answered = expect(asked).rejects.toMatchObject(unavailable)
  await sql.close()
  await answered
})

test('more questions than can wait are refused, and the others answered', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog })
  const archive = createEventArchive(sql)
  const answers = await Promise.allSettled(Array.from({ length: 1500 }, () => archive.position()))
  const refused = answers.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(1000)
  for (const answer of refused) expect(answer).toMatchObject({ reason: unavailable })
  await sql.close()
})

test('whoever asks for events while the server is away is told so, not that the history lags behind', async () => {
  const lab = await openTrackingLab(await openMysqlLab(server))
  const { feed, archive } = lab
  const ask = () => caughtUp({ feed, archive, tracking: { reached: async () => false } })
  await expect(ask()).rejects.toMatchObject({ code: 'archive.behind' })
  await server.kill()
  await expect(ask()).rejects.toMatchObject(unavailable)
  await lab.close()
})

test('tracking loses and repeats nothing when the server is killed under it', async () => {
  const lab = await openTrackingLab(await openMysqlLab(server))
  const tracking = lab.start()
  const labels = [...Array(30).keys()].map((n) => `batch ${n}`)
  for (const [n, label] of labels.entries()) {
    await lab.feed.append(makeEvents(100, label))
    if (n === 10) await server.kill()
    if (n === 20) void server.start()
  }
  expect(await tracking.reached(await lab.feed.last(0), 50_000)).toBe(true)
  expect(await lab.archived()).toEqual(labels.flatMap((label) => texts(makeEvents(100, label))))
  await lab.close()
})

test('a step of a migration that was taken but not written down is not taken again', async () => {
  const url = await server.database()
  await (await openMysql({ url, log: silentLog })).close()
  for (const [name, steps] of [
    ['0000_first', 3],
    ['0001_positions', 0],
  ] as const)
    await run(url, `UPDATE migrations SET steps = ${steps} WHERE name = '${name}'`)
  const sql = await openMysql({ url, log: silentLog })
  expect(await createEventArchive(sql).position()).toEqual(BEGINNING)
  await sql.close()
})

test('what a process of an older version archives while the counts are made is counted', async () => {
  const url = await server.database()
  const spring = { campaignId: 'spring', kind: 'sent' } as const
  const before = await openMysql({ url, log: silentLog })
  await createEventArchive(before).record(BEGINNING, { epoch: EPOCH, seq: 3 }, makeRows(1, 3, spring))
  await before.close()
  for (const statement of [
    "DELETE FROM event_counts WHERE field <> ''", // the events came after 0013 had counted
    'ALTER TABLE positions DROP counted_epoch, DROP counted_seq',
    "DELETE FROM migrations WHERE name = '0016_counted'",
  ])
    await run(url, statement)
  const sql = await openMysql({ url, log: silentLog })
  expect(
    await createEventArchive(sql).find({ campaignId: 'spring', kinds: ['sent'], limit: 10 }),
  ).toHaveLength(3)
  await sql.close()
})

test('a database that is not there ends the start with what the server says', async () => {
  await expect(openMysql({ url: server.url('missing'), log: silentLog })).rejects.toThrow(
    "Unknown database 'missing'",
  )
})

test('a server that is not there is unavailable', async () => {
  await server.stop()
  await expect(openMysql({ url: server.url('any'), log: silentLog })).rejects.toMatchObject(unavailable)
})
