// The texts of archived events, in compressed blocks of events that came together. Long ones are stored apart, in parts.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { and, eq, sql as words } from '../driver/drizzle.ts'
import { formatCursor, type Cursor } from '../../../core/events/cursor.ts'
import type { PackedEvents } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { pack, unpack, type Packed } from '../../../core/events/packed/packing.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { compressed, expanded, toBuffer } from '../../sqlite/bytes.ts'
import { portions, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import { inPlaces } from './places.ts'

/** More would compress better, but reading one event unpacks all of its block: 60 µs. */
const BLOCK_EVENTS = 64
/** The longest texts of an event, together, that go into a block: a page of a thousand such events may be read at once. */
const PACKED_BYTES = 8 * 1024

/** Facts, what only the loop asks for, data. */
const TEXTS = 3

type Block = Tables['eventBlocks']['$inferInsert']
export type Texts = StoredFacts & { readonly data: string }
/** The place of an event, and the seq of the block with its texts; null: they are stored apart. */
export type InBlock = Cursor & { readonly block: number | null }

/** Makes the blocks of a page, and tells which events are in which. */
export function toBlocks(rows: readonly ArchiveRow[]): {
  readonly blocks: readonly Block[]
  readonly blockOf: ReadonlyMap<ArchiveRow, number>
} {
  const blockOf = new Map<ArchiveRow, number>()
  const kept = [...Map.groupBy(rows, ({ event }) => event.packed)].flatMap(([packed, group]): Block[] => {
    const place = group[0]?.event.cursor
    if (!packed || !place || !isWhole(packed, group)) return []
    for (const row of group) blockOf.set(row, place.seq)
    return [{ ...place, version: 1, data: compressed(toBuffer(packed.data)) }]
  })
  const packed = rows
    .filter((row) => !blockOf.has(row))
    .map((row) => ({ row, texts: textsOf(row) }))
    .filter(({ texts }) => isShort(texts))
  const ofEpoch = Map.groupBy(packed, ({ row }) => row.event.cursor.epoch)
  const groups = [...ofEpoch.values()].flatMap((within) => portions(within, BLOCK_EVENTS))
  const blocks = groups.flatMap((group): Block[] => {
    const [first] = group
    if (!first) return []
    const place = first.row.event.cursor
    for (const { row } of group) blockOf.set(row, place.seq)
    const all = group.map(({ row, texts }) => ({ head: row.event.cursor.seq, texts }))
    return [{ ...place, version: 1, data: write(all) }]
  })
  return { blocks: [...kept, ...blocks], blockOf }
}

/** True if the feed has packed exactly these, and enough of them: then its bytes are stored as they are. */
const isWhole = ({ first, count }: PackedEvents, rows: readonly ArchiveRow[]): boolean =>
  count >= BLOCK_EVENTS / 2 &&
  rows.length === count &&
  rows[0]?.event.cursor.seq === first &&
  rows.every(({ event: { facts, more, data } }) => {
    const characters = facts.length + (more?.length ?? 0)
    return data.length + 3 * characters <= PACKED_BYTES
  })

const textsOf = ({ event: { facts, more, data } }: ArchiveRow): readonly Buffer[] => [
  Buffer.from(facts),
  Buffer.from(more ?? ''),
  data,
]

const isShort = (texts: readonly Buffer[]): boolean =>
  texts.reduce((sum, { length }) => sum + length, 0) <= PACKED_BYTES

const write = (all: readonly Packed<number>[]): Buffer => compressed(pack(all))

/** Entries with their seq. The feed's own begin with their place in the block, and have the id as another text. */
const read = ({ seq, data }: Pick<Block, 'seq' | 'data'>): readonly Packed<number>[] =>
  unpack<number | readonly [n: number]>(expanded(data)).map(({ head, texts }) => ({
    head: typeof head === 'number' ? head : seq + head[0],
    texts: texts.slice(-TEXTS),
  }))

/** The texts of those of these events that are in blocks, by formatted cursor. */
export async function textsIn(sql: Sql, places: readonly InBlock[]): Promise<ReadonlyMap<string, Texts>> {
  const wanted = new Set(places.map(formatCursor))
  const found = new Map<string, Texts>()
  for (const block of await blocksOf(sql, places)) {
    for (const { head, texts } of read(block)) {
      const place = formatCursor({ epoch: block.epoch, seq: head })
      if (!wanted.has(place)) continue
      const [facts = '', more = '', text = ''] = texts.map(String)
      found.set(place, { facts, more: more || null, data: text })
    }
    await nextTurn() // a thousand blocks must not hold up everything else
  }
  return found
}

async function blocksOf({ db, tables: { eventBlocks }, read }: Sql, places: readonly InBlock[]) {
  const starts = new Map(
    places.flatMap(({ epoch, block }) =>
      block === null ? [] : [[formatCursor({ epoch, seq: block }), { epoch, seq: block }] as const],
    ),
  )
  const found = portions([...starts.values()]).map((some) =>
    read(db.select().from(eventBlocks).where(inPlaces(eventBlocks, some))),
  )
  return (await Promise.all(found)).flat()
}

/**
 * Removes these events from their blocks. If another process rewrites a block meanwhile, its version would become null, which the
 * column refuses: an event that another has removed must not come back.
 */
export async function takeOutOfBlocks(sql: Sql, places: readonly InBlock[]): Promise<Write[]> {
  const { db } = sql
  const { eventBlocks } = sql.tables
  const gone = new Set(places.map(formatCursor))
  const writes: Write[] = []
  for (const { epoch, seq, version, data } of await blocksOf(sql, places)) {
    const left = read({ seq, data }).filter(({ head }) => !gone.has(formatCursor({ epoch, seq: head })))
    const here = and(eq(eventBlocks.epoch, epoch), eq(eventBlocks.seq, seq))
    const next = words`CASE WHEN ${eventBlocks.version} = ${version} THEN ${version + 1} ELSE NULL END`
    const rewrite = { version: next, data: write(left) }
    writes.push(
      left.length === 0
        ? db.delete(eventBlocks).where(here)
        : db.update(eventBlocks).set(rewrite).where(here),
    )
  }
  return writes
}
