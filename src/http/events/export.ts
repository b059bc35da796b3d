// The events that a filter selects as one CSV file of their facts: page by page, as fast as the client takes it.
import { Readable } from 'node:stream'
import { csvHead, csvLine } from '../../core/csv/write.ts'
import { formatCursor } from '../../core/events/cursor.ts'
import { eventFacts } from '../../core/events/event.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../core/events/ports.ts'
import { instant, instantOrNull } from '../server/schemas.ts'

const STEP = 500
const COLUMNS =
  'cursor kind received_at provider at recipient message_id subject sender subaccount tags url reason answer robot campaign_id delivery_id'

/** Resolves when the first page has been read: an outage is still an error then, and not a broken file. */
export async function exportEvents(
  archive: Pick<EventArchive, 'find'>,
  { after, before, ...selection }: Omit<EventQuery, 'limit'>,
): Promise<Readable> {
  const next = (place: EventQuery['before']) => (after ? { after: place, before } : { before: place, after })
  const page = (from: Pick<EventQuery, 'after' | 'before'>) =>
    archive.find({ ...selection, ...from, limit: STEP })
  const first = await page({ after, before })
  async function* lines() {
    yield csvHead(COLUMNS.split(' '))
    // A page has a bound in bytes, too: that it is short does not tell that it is the last.
    for (let found = first; found.length > 0; found = await page(next(found.at(-1)?.cursor)))
      yield found.map(toLine).join('')
  }
  return Readable.from(lines(), { objectMode: false })
}

function toLine(event: ArchivedEvent): string {
  const facts = eventFacts(event)
  const head = [formatCursor(event.cursor), event.kind, instant(event.receivedAt), facts.provider]
  const { recipient, messageId, subject, sender, subaccount, tags, url, reason, answer, robot } = facts
  const told = [recipient, messageId, subject, sender, subaccount, tags.join(' '), url, reason, answer]
  const mail = [robot === null ? null : String(robot), facts.campaignId, facts.deliveryId]
  const cells = [...head, instantOrNull(facts.at), ...told, ...mail]
  return csvLine(cells.map((cell) => cell ?? ''))
}
