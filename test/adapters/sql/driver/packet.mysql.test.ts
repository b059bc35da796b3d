// A MariaDB that takes a mebibyte at once: nothing that the hub writes is larger, or it says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMysql } from '../../../../src/adapters/sql/driver/mysql/mysql.ts'
import { createSubscribers } from '../../../../src/adapters/sql/list/subscribers.ts'
import { createSuppressions } from '../../../../src/adapters/sql/list/suppressions.ts'
import { poisonContract } from '../../../contracts/events/poison.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { run, startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { NOON } from '../../../support/times.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb(['--max-allowed-packet=1M'])))
afterAll(() => server?.close())

describe('poisonous events', () => poisonContract(async () => ({ DATABASE_URL: await server.database() })))

describe('what clients send', () => {
  let hub: TestHub
  beforeAll(async () => void (hub = await startHub({ DATABASE_URL: await server.database() })))
  afterAll(() => hub?.close())
  const ask = (method: 'POST' | 'PATCH', url: string, payload: object) =>
    hub.call({ method, url, payload, headers: { authorization: TOKEN } })
  const large = '<p>"안녕"</p>'.repeat(65_000)

  test('a campaign that is too large is 413 and names the field, new or changed', async () => {
    const refused = {
      status: 413,
      body: { error: { code: 'archive.too_large', details: [{ field: 'content' }] } },
    }
    expect(await ask('POST', '/campaigns', { subject: 'News', content: large })).toMatchObject(refused)
    const { body } = await ask('POST', '/campaigns', { subject: 'News', content: '<p>short</p>' })
    expect(await ask('PATCH', `/campaigns/${body.id}`, { content: large })).toMatchObject(refused)
  })

  test('a campaign is read whole although it is larger than what is written at once', async () => {
    const content = 'x'.repeat(700_000)
    const { body } = await ask('POST', '/campaigns', { subject: 'News', content })
    const url = `/campaigns/${body.id}`
    expect((await ask('PATCH', url, { text: content })).status).toBe(200)
    const read = await hub.get(url)
    expect(read.body).toMatchObject({ content, text: content })
  })
})

test('a thousand subscribers with long names are imported, and renamed', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog })
  const list = createSubscribers(sql, { secret: 'a secret of the tests' })
  const rows = (name: string) =>
    Array.from({ length: 1_000 }, (_, n) => ({
      email: `${'y'.repeat(50)}${n}@${'x'.repeat(150)}.example`,
      name: name.repeat(200),
    }))
  expect(await list.import(rows('안'), NOON, false)).toMatchObject({ added: 1_000 })
  expect(await list.import(rows('녕'), NOON, false)).toMatchObject({ updated: 1_000 })
  const found = await list.find({ limit: 1_000 })
  expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['녕'.repeat(200)]))
  const suppressions = createSuppressions(sql, { secret: 'a secret of the tests' })
  await suppressions.put({
    email: rows('')[0]?.email ?? '',
    reason: 'bounce',
    source: 'api',
    since: NOON,
    until: null,
  })
  expect(await suppressions.count()).toBe(1)
  await sql.close()
})

test('a statement that is too large leaves the connection, and its transaction undone', async () => {
  const sql = await openMysql({ url: await server.database(), log: silentLog })
  const lease = (name: string, owner: string) => ({
    toSQL: () => ({ sql: 'INSERT INTO leases VALUES (?, ?, 1)', params: [name, owner] }),
  })
  const both = sql.atomically([lease('small', 'a'), lease('large', 'b'.repeat(2_000_000))])
  await expect(both).rejects.toMatchObject({ code: 'archive.too_large' })
  expect(await sql.read(sql.db.select().from(sql.tables.leases))).toEqual([])
  await sql.close()
})

test('the bound is what the server tells each new connection', async () => {
  const url = await server.database()
  await run(url, 'SET GLOBAL max_allowed_packet = 4194304')
  const sql = await openMysql({ url, log: silentLog })
  const text = 'x'.repeat(3_000_000)
  await sql.run({ toSQL: () => ({ sql: 'SELECT length(?)', params: [text] }) })
  await run(url, 'SET GLOBAL max_allowed_packet = 1048576')
  await server.kill()
  await server.start()
  await expect(
    sql
      .run({ toSQL: () => ({ sql: 'SELECT length(?)', params: [text] }) })
      .catch(() => sql.run({ toSQL: () => ({ sql: 'SELECT length(?)', params: [text] }) })),
  ).rejects.toMatchObject({ code: 'archive.too_large' })
  await sql.close()
})

test('a server that takes too little ends the start with one line', async () => {
  const url = await server.database()
  await run(url, 'SET GLOBAL max_allowed_packet = 65536')
  await expect(openMysql({ url, log: silentLog })).rejects.toThrow(
    "DATABASE_URL: the server's max_allowed_packet is 65536",
  )
  await run(url, 'SET GLOBAL max_allowed_packet = 1048576')
})
