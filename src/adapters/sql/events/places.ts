// Conditions on places in the archive, worded so that both databases find a range of an index in each.
import { and, eq, gt, inArray, lt, or, type SQL } from '../driver/drizzle.ts'
import type { Cursor } from '../../../core/events/cursor.ts'
import type { Place } from '../driver/dialect.ts'

/** Exclusive at both ends. */
export type Bounds = { readonly above?: Cursor | undefined; readonly below?: Cursor | undefined }

/**
 * Splits bounds into conditions that are each one range of an index, in cursor order. A single condition would have to compare
 * pairs: MySQL finds no range in that, and MariaDB not always one in the same written with OR.
 */
export function stretches({ epoch, seq }: Place, { above, below }: Bounds): (SQL | undefined)[] {
  if (!above && !below) return [undefined]
  if (above && below && above.epoch >= below.epoch)
    return above.epoch > below.epoch
      ? []
      : [and(eq(epoch, above.epoch), gt(seq, above.seq), lt(seq, below.seq))]
  return [
    ...(above ? [and(eq(epoch, above.epoch), gt(seq, above.seq))] : []),
    and(above && gt(epoch, above.epoch), below && lt(epoch, below.epoch)),
    ...(below ? [and(eq(epoch, below.epoch), lt(seq, below.seq))] : []),
  ]
}

/** Selects certain places. Grouped by epoch, because neither database uses an index well for a list of pairs. */
export function inPlaces(table: Place, places: readonly Cursor[]): SQL | undefined {
  const epochs = Map.groupBy(places, ({ epoch }) => epoch)
  const within = [...epochs].map(([epoch, some]) => {
    const seqs = some.map(({ seq }) => seq)
    return and(eq(table.epoch, epoch), inArray(table.seq, seqs))
  })
  return or(...within)
}
