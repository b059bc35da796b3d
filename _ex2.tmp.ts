import { createConnection } from 'mysql2/promise'
import { openMysql } from './src/adapters/sql/mysql.ts'
import { createSubscribers } from './src/adapters/sql/subscribers.ts'
import { startMariaDb } from './test/support/mariadb.ts'
const log = { info() {}, warn() {}, error: console.error }
const maria = await startMariaDb(); const url = await maria.database()
const sql = await openMysql({ url, log })
const list = createSubscribers(sql, { secret: 's' })
for (let i = 0; i < 200_000; i += 1000) await list.import(Array.from({ length: 1000 }, (_, n) => ({ email: `r${i + n}@example.com`, name: 'x' })), Date.now(), false)
const [mid] = await list.find({ limit: 1, email: 'r100000@example.com' })
const c = await createConnection(url); await c.query('ANALYZE TABLE subscribers, suppressions')
const qs = [
 `select s.*, u.reason from subscribers s left join suppressions u on u.email_key = s.email_key where s.subscribed = 1 and s.id > '${mid!.id}' order by s.id limit 100`,
 `select s.*, u.reason from subscribers s left join suppressions u on u.email_key = s.email_key where s.subscribed = 1 and s.id > '${mid!.id}' order by s.subscribed, s.id limit 100`,
 `select id from subscribers where subscribed = 1 and id > '${mid!.id}' order by id limit 100`,
 `select s.* from subscribers s where s.subscribed = 1 and s.id > '${mid!.id}' order by s.id limit 100`,
 `select s.* from subscribers s where (s.subscribed,s.id) > (1,'${mid!.id}') and s.subscribed<=1 order by s.subscribed,s.id limit 100`,
 `select s.* from subscribers s where s.subscribed in (1,-1) and s.id > '${mid!.id}' order by s.id limit 100`,
 `select id from subscribers where subscribed in (1,-1) and id > '${mid!.id}' order by id limit 100`,
]
for (const q of qs) {
  const [r] = await c.query('EXPLAIN ' + q); console.log((r as any[]).map((x) => `${x.table}:${x.type}:${x.key}:${x.key_len}:${x.rows}:${x.Extra}`).join(' ; '))
  const t = performance.now(); for (let i = 0; i < 5; i++) await c.query(q); console.log(((performance.now() - t) / 5).toFixed(1), 'ms', q.slice(0, 60))
}
await c.end(); await sql.close(); await maria.close(); process.exit(0)
