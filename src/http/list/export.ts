// The whole list as one CSV file.
import type { Readable } from 'node:stream'
import { csvLine } from '../../core/csv/write.ts'
import { LIST_COLUMNS } from '../../core/list/columns.ts'
import type { Subscriber, SubscriberQuery, SubscriberStore } from '../../core/list/ports.ts'
import { csvFile } from '../server/csv.ts'
import { instant } from '../server/schemas.ts'

/** Subscribers that are in memory at a time. */
const STEP = 1000

export function exportCsv(
  subscribers: Pick<SubscriberStore, 'find'>,
  filter: Omit<SubscriberQuery, 'limit' | 'after'>,
): Promise<Readable> {
  return csvFile({
    columns: LIST_COLUMNS,
    full: STEP,
    page: (last) => subscribers.find({ ...filter, limit: STEP, after: last?.id }),
    toLine,
  })
}

function toLine({ id, email, name, subscribed, suppressed, createdAt, updatedAt }: Subscriber): string {
  const mailable = subscribed && suppressed === null
  const state = [String(subscribed), suppressed?.reason ?? '', String(mailable)]
  return csvLine([id, email, name, ...state, instant(createdAt), instant(updatedAt)])
}
