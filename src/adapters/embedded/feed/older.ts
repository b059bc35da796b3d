// A feed's file of before there were blocks, which had a row for each event: its events are packed when it is opened.
import type { DatabaseSync } from 'node:sqlite'
import type { Kind } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { cut, numbered, toBlockEvent, type BlockEvent } from './blocks.ts'

type Row = { seq: number; epoch: number; at: number; kind: Kind; id: Uint8Array; data: Uint8Array } & {
  [K in keyof StoredFacts]?: string | null
}

/** `add` is given a block at a time: the seq of its first event, its epoch, and its events. */
export function convertRows(
  db: DatabaseSync,
  add: (first: number, epoch: number, events: readonly BlockEvent[]) => void,
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

/** Those of the first version have no facts: they are read from their data. */
function toEvent({ at, kind, id, data: bytes, facts, more }: Row): BlockEvent {
  const data = toBuffer(bytes)
  const told = facts ? { facts, more: more ?? null } : factsOfOlder(kind, data.toString())
  return toBlockEvent({ id: toBuffer(id), kind, data, ...told }, at)
}
