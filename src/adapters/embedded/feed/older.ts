// A feed's file of before there were blocks, which had a row for each event: its events are packed when it is opened.
import type { DatabaseSync } from 'node:sqlite'
import type { Kind } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { numbered, toBlockEvent, type BlockEvent } from './blocks.ts'

type Row = { seq: number; epoch: number; at: number; kind: Kind; id: Uint8Array; data: Uint8Array } & {
  [K in keyof StoredFacts]?: string | null
}

const ROWS_AT_ONCE = 100

/** `add` is given a block at a time: the seq of its first event, its epoch, and its events. */
export function convertRows(
  db: DatabaseSync,
  add: (first: number, epoch: number, events: readonly BlockEvent[]) => void,
): void {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'events'`).get()) return
  transaction(db, () => {
    let block: Row[] = []
    const store = () => {
      const [first] = block
      if (first) add(first.seq, first.epoch, block.map(toEvent).map(numbered))
      block = []
    }
    for (const row of db.prepare('SELECT * FROM events ORDER BY seq').iterate() as Iterable<Row>) {
      const [first] = block
      const goesOn = first?.epoch === row.epoch && first.seq + block.length === row.seq
      if (!goesOn || block.length === ROWS_AT_ONCE) store()
      block.push(row)
    }
    store()
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
