// The whole list as one CSV file: page by page, as fast as the client takes it.
import { Readable } from 'node:stream'
import { csvHead, csvLine } from '../../core/csv/write.ts'
import { LIST_COLUMNS } from '../../core/list/columns.ts'
import type { Subscriber, SubscriberQuery, SubscriberStore } from '../../core/list/ports.ts'
import { instant } from '../server/schemas.ts'

/** Subscribers that are in memory at a time. */
const STEP = 1000

export const wantsCsv = (accept: string | undefined): boolean => /\btext\/csv\b/i.test(accept ?? '')

/** Resolves when the first page has been read: an outage is still an error then, and not a broken file. */
export async function exportCsv(
  subscribers: Pick<SubscriberStore, 'find'>,
  filter: Omit<SubscriberQuery, 'limit' | 'after'>,
): Promise<Readable> {
  const page = (after?: string) => subscribers.find({ ...filter, limit: STEP, after })
  const first = await page()
  async function* lines() {
    yield csvHead(LIST_COLUMNS)
    for (let found = first; found.length > 0; found = await page(found.at(-1)?.id)) {
      yield found.map(toLine).join('')
      if (found.length < STEP) return
    }
  }
  return Readable.from(lines(), { objectMode: false })
}

function toLine({ id, email, name, subscribed, suppressed, createdAt, updatedAt }: Subscriber): string {
  const mailable = subscribed && suppressed === null
  const state = [String(subscribed), suppressed?.reason ?? '', String(mailable)]
  return csvLine([id, email, name, ...state, instant(createdAt), instant(updatedAt)])
}
