// The archive's pace when it is large, beside the same when it is small: events a second until they are stored and archived.
import { DatabaseSync } from 'node:sqlite'
import { run } from '../../test/support/servers/mariadb.ts'
import { createBodies } from '../bodies.ts'
import type { Plan } from '../harness.ts'
import { openConnection } from '../http-load.ts'
import type { Line, Ratio, Result } from '../report.ts'
import { startHub, type RunningHub, type Store } from '../servers.ts'

const BATCH = 100
const FILLED_AT_ONCE = 50_000
const SMALL = 100_000
const LARGE = 4_000_000
/** The run of the first ones: what is posted follows them, and must be in the newest. What is filled in later is older. */
const NEWEST = 1 + Math.floor(LARGE / 65_536)

export async function archiveSize(plan: Plan): Promise<Result> {
  const isSmoke = plan.rounds === 1
  const [small, large] = isSmoke ? [2_000, 20_000] : [SMALL, LARGE]
  const posts = isSmoke ? 20 : 300
  const lines: Line[] = []
  const ratios: Ratio[] = []
  for (const store of ['embedded', 'shared'] as const) {
    const hub = await startHub(store)
    try {
      const send = sender(hub)
      await fill(hub, 1, small)
      await send(posts) // warm
      const before = await send(posts)
      await fill(hub, small + 1, large)
      await send(posts)
      const after = await send(posts)
      const figures = { [`a second at ${small} rows`]: before, [`at ${large} rows`]: after }
      lines.push({ name: NAMES[store], figures })
      ratios.push({ of: `${NAMES[store]}: ${large} / ${small} rows`, value: before / after, expected: 1.4 })
    } finally {
      await hub.close()
    }
  }
  return {
    title: 'Archive: events a second when it is large (the ratio: how many times slower)',
    lines,
    ratios,
  }
}

const NAMES: Readonly<Record<Store, string>> = { embedded: 'hub, embedded', shared: 'hub, Redis + MariaDB' }

/** Posts batches on two connections; tells how many events a second were archived. */
function sender(hub: RunningHub) {
  const { next } = createBodies({ path: '/api/hook', ...hub }, BATCH)
  const newest = `http://127.0.0.1:${hub.port}/api/events?limit=1`
  return async (posts: number): Promise<number> => {
    const connections = await Promise.all([1, 2].map(() => openConnection(hub.port)))
    const began = performance.now()
    await Promise.all(
      connections.map(async (connection) => {
        for (let post = 0; post < posts / connections.length; post++) await connection.exchange(next())
      }),
    )
    // Answers when all of them are archived.
    await fetch(newest, { headers: { authorization: hub.token } })
    for (const connection of connections) connection.close()
    return (posts * BATCH * 1000) / (performance.now() - began)
  }
}

/** Puts rows there as many events would have, but for their texts: of many readers and messages, in no order. */
async function fill({ database }: RunningHub, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += FILLED_AT_ONCE) {
    const last = Math.min(first + FILLED_AT_ONCE - 1, to)
    if (database.startsWith('mysql:')) await run(database, statement(`seq_${first}_to_${last}`, ON_MARIADB))
    else onSqlite(database, first, last)
  }
}

function onSqlite(file: string, first: number, last: number): void {
  const db = new DatabaseSync(file, { timeout: 10_000 })
  const numbers = `WITH RECURSIVE n(seq) AS (SELECT ${first} UNION ALL SELECT seq + 1 FROM n WHERE seq < ${last})`
  db.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; ${statement('n', ON_SQLITE, numbers)}`)
  db.close()
}

type Words = {
  readonly id: string
  readonly run: string
  readonly text: (before: string, value: string, after: string) => string
}
const ON_SQLITE: Words = {
  id: 'randomblob(16)',
  run: `${NEWEST} - seq / 65536`,
  text: (before, value, after) => `'${before}' || (${value}) || '${after}'`,
}
const ON_MARIADB: Words = {
  id: 'unhex(md5(seq))',
  run: `${NEWEST} - seq DIV 65536`,
  text: (before, value, after) => `concat('${before}', ${value}, '${after}')`,
}

/** One in ten is a bounce: what suppresses is looked for among all that is known of an address. */
function statement(numbers: string, { id, run, text }: Words, before = ''): string {
  const kind = `CASE seq % 10 WHEN 0 THEN 'bounced' WHEN 1 THEN 'opened' WHEN 2 THEN 'opened' WHEN 3 THEN 'clicked'
    WHEN 4 THEN 'sent' WHEN 5 THEN 'sent' WHEN 6 THEN 'sent' ELSE 'delivered' END`
  const email = text('reader-', 'seq * 7919 % 1000003', '@filled.example')
  const message = text('', 'seq * 104729 % 2000003', '-of-a-message-as-long-as-32')
  return `INSERT INTO events (epoch, seq, id, kind, received_at, occurred_at, message_id, email, domain, subject, run)
    ${before} SELECT 1, seq, ${id}, ${kind}, 1700000000000 + seq, 1700000000000 + seq, ${message}, ${email},
    'filled.example', seq % 50, ${run} FROM ${numbers}`
}
