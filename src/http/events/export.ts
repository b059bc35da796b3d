// The events that a filter selects as one CSV file of their facts.
import type { FastifyReply } from 'fastify'
import { csvLine } from '../../core/csv/write.ts'
import { formatCursor } from '../../core/events/cursor.ts'
import { eventFacts } from '../../core/events/event.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../core/events/ports.ts'
import { sendCsv } from '../server/answers/csv.ts'
import { instant, instantOrNull } from '../server/answers/schemas.ts'

const STEP = 500
const COLUMNS =
  'cursor kind received_at provider at recipient message_id subject sender subaccount tags url reason answer robot campaign_id delivery_id'

export function sendEvents(
  reply: FastifyReply,
  archive: Pick<EventArchive, 'find'>,
  { after, before, ...selection }: Omit<EventQuery, 'limit'>,
): Promise<FastifyReply> {
  const placeAfter = (last: ArchivedEvent) => (after ? { after: last.cursor } : { before: last.cursor })
  return sendCsv(reply, 'events', {
    columns: COLUMNS.split(' '),
    full: 1, // a page has a bound in bytes, too: that it is short does not tell that it is the last
    page: (last: ArchivedEvent | undefined) =>
      archive.find({ after, before, ...selection, ...(last && placeAfter(last)), limit: STEP }),
    toLine,
  })
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
