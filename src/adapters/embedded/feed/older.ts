// Converts a feed's file of an earlier version when it is opened. Versions 1 and 2 had a row for each event instead of blocks, and
// versions up to 3 one index of all ids instead of runs.
import type { DatabaseSync } from 'node:sqlite'
import type { Kind } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { cut, numbered, type PieceEvent } from '../../../core/events/packed/pieces.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { toBlockEvent } from './blocks.ts'
import { prepareRun, RUN_IDS } from './seen.ts'

type Row = { seq: number; epoch: number; at: number; kind: Kind; id: Uint8Array; data: Uint8Array } & {
  [K in keyof StoredFacts]?: string | null
}

/** Calls `add` for each block: the seq of its first event, its epoch, and its events. */
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
  db.exec('VACUUM') // overwrites the deleted rows, and gives their space back
}

/** The old index has the ids of all events in the file, by day. */
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

/** Events of the first version have no facts: those are read from the data. */
function toEvent({ at, kind, id, data: bytes, facts, more }: Row): PieceEvent {
  const data = toBuffer(bytes)
  const told = facts ? { facts, more: more ?? null } : factsOfOlder(kind, data.toString())
  return toBlockEvent({ id: toBuffer(id), kind, data, ...told }, at)
}
