// A feed's file of an earlier version is brought up to date when it is opened: it had a row for each event before there were
// blocks, and all ids of a day in one index before there were runs.
import type { DatabaseSync } from 'node:sqlite'
import type { Kind } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { cut, numbered, type PieceEvent } from '../../../core/events/pieces.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { toBlockEvent } from './blocks.ts'
import { prepareRun, RUN_IDS } from './seen.ts'

type Row = { seq: number; epoch: number; at: number; kind: Kind; id: Uint8Array; data: Uint8Array } & {
  [K in keyof StoredFacts]?: string | null
}

/** `add` is given a block at a time: the seq of its first event, its epoch, and its events. */
export function convertRows(
  db: DatabaseSync,
  add: (first: number, epoch: number, events: readonly PieceEvent[]) => void,
): void {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'events'`).get()) return
  transaction(db, () => {
    const rows = db.prepare('SELECT * FROM events ORDER BY seq').iterate() as Iterable<Row>
    const follows = (before: Row, row: Row) => row.epoch === before.epoch && row.seq === before.seq + 1
    for (const block of cut(rows, follows)) {
      const [first] = block
      if (first) add(first.seq, first.epoch, block.map(toEvent).map(numbered))
    }
    db.exec('DROP TABLE events')
    db.exec('UPDATE state SET bytes = (SELECT coalesce(sum(size), 0) FROM blocks)')
  })
  db.exec('VACUUM') // nothing of what they held is left where they were, and the room is given back
}

/** Of the days that it has; they are those of all its events. */
export function convertSeen(db: DatabaseSync): void {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'seen'`).get()) return
  const writeRun = prepareRun(db)
  const next = db.prepare('SELECT id FROM seen WHERE day = ? AND id > ? ORDER BY id LIMIT ?')
  transaction(db, () => {
    const head = Number(db.prepare('SELECT head FROM state').get()?.head)
    for (const { day } of db.prepare('SELECT DISTINCT day FROM seen ORDER BY day').all()) {
      let ids: readonly Buffer[] = []
      do {
        const rows = next.all(day ?? 0, ids.at(-1) ?? Buffer.alloc(0), RUN_IDS)
        ids = rows.map(({ id }) => toBuffer(id as Uint8Array))
        if (ids.length > 0) writeRun(ids, Number(day), head)
      } while (ids.length === RUN_IDS)
    }
    db.exec('DROP TABLE seen')
  })
}

/** Those of the first version have no facts: they are read from their data. */
function toEvent({ at, kind, id, data: bytes, facts, more }: Row): PieceEvent {
  const data = toBuffer(bytes)
  const told = facts ? { facts, more: more ?? null } : factsOfOlder(kind, data.toString())
  return toBlockEvent({ id: toBuffer(id), kind, data, ...told }, at)
}
