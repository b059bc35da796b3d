import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createConnection } from 'mysql2/promise'
import { openSqlite } from './src/adapters/sql/sqlite.ts'
import { openMysql } from './src/adapters/sql/mysql.ts'
import { createSubscribers } from './src/adapters/sql/subscribers.ts'
import { createSuppressions } from './src/adapters/sql/suppressions.ts'
import { startMariaDb } from './test/support/mariadb.ts'
const log = { info() {}, warn() {}, error: console.error }
for (const f of ['', '-wal', '-shm','.lock']) rmSync('/tmp/ex.sqlite' + f, { force: true })
const maria = await startMariaDb(); const url = await maria.database()
for (const kind of ['sqlite', 'mysql']) {
  const sql = kind === 'sqlite' ? await openSqlite({ file: '/tmp/ex.sqlite', log }) : await openMysql({ url, log })
  const seen: { sql: string; params: unknown[] }[] = []
  const spy = { ...sql, read: (q: any) => { seen.push(q.toSQL()); return sql.read(q) }, run: (w: any) => { if (w.toSQL) seen.push(w.toSQL()); return sql.run(w) }, atomically: (ws: any) => { for (const w of ws) if (w.toSQL) seen.push(w.toSQL()); return sql.atomically(ws) } } as typeof sql
  const list = createSubscribers(spy, { secret: 's' }), sup = createSuppressions(spy, { secret: 's' })
  for (let i = 0; i < 30_000; i += 1000) await list.import(Array.from({ length: 1000 }, (_, n) => ({ email: `r${i + n}@example.com`, name: 'x' })), Date.now(), false)
  for (let i = 0; i < 300; i++) await sup.put({ email: `r${i}@example.com`, reason: 'bounce', source: 'x', since: 1, until: null })
  const [one] = await list.find({ limit: 1, email: 'r7@example.com' })
  if (kind === 'mysql') { const c = await createConnection(url); await c.query('ANALYZE TABLE subscribers, suppressions'); await c.end() }
  seen.length = 0
  const mark = (t: string) => seen.push({ sql: '-- ' + t, params: [] })
  const [late] = await list.find({ limit: 1, email: 'r29900@example.com' }); mark('late subscribed'); await list.find({ limit: 100, after: late!.id, subscribed: true }); mark('page'); await list.find({ limit: 100, after: one!.id })
  mark('page subscribed'); await list.find({ limit: 100, after: one!.id, subscribed: true })
  mark('email'); await list.find({ limit: 100, email: 'r8@example.com' })
  mark('q'); await list.find({ limit: 2, q: 'r777@', subscribed: true })
  mark('count'); await list.count({}); mark('count subscribed'); await list.count({ subscribed: true })
  mark('unsub'); await list.unsubscribe('r9@example.com', 1); mark('unsubid'); await list.unsubscribeById(one!.id, 1)
  mark('sub'); await list.subscribe('r9@example.com', '', 1)
  mark('import'); await list.import([{ email: 'a1@b.co', name: 'x' }, { email: 'r11@example.com', name: 'neu' }], 1, false)
  mark('unmailable'); await list.unmailable([one!.id, 'x', 'y'], 1)
  mark('suppressions'); await sup.list(10, 'r1'); await sup.get('r1@example.com', 1); await sup.count()
  mark('erase'); await list.erase(one!.id, 1); mark('confirm'); await list.confirm(one!.id, 1); await list.claimConfirmation(one!.id, 1, 1)
  console.log('=====', kind)
  await sql.close()
  const db = kind === 'sqlite' ? new DatabaseSync('/tmp/ex.sqlite') : undefined
  const c = kind === 'mysql' ? await createConnection(url) : undefined
  for (const q of seen) {
    if (q.sql.startsWith('--')) { console.log(q.sql); continue }
    try {
    if (db) console.log('   ', q.sql.slice(0, 40), '|', db.prepare('EXPLAIN QUERY PLAN ' + q.sql).all(...(q.params as any)).map((r: any) => r.detail).join(' ; '))
    else { const [r] = await c!.query('EXPLAIN ' + q.sql, q.params); console.log('   ', q.sql.slice(0, 40), '|', (r as any[]).map((x) => `${x.table}:${x.type}:${x.key}:${x.rows}:${x.Extra}`).join(' ; ')) }
    } catch (e) { console.log('   ERR', q.sql.slice(0, 80), (e as Error).message) }
  }
  db?.close(); await c?.end()
}
await maria.close(); process.exit(0)
