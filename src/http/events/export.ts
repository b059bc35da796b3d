// The events that a filter selects as one CSV file of their facts.
import type { FastifyReply } from 'fastify'
import { csvLine } from '../../core/csv/write.ts'
import { formatCursor } from '../../core/events/cursor.ts'
import { readFacts } from '../../core/events/facts.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../core/events/ports.ts'
import { factsToTell } from '../../core/events/providers/providers.ts'
import { sendCsv } from '../server/answers/csv.ts'
import { instant, instantOrNull } from '../server/answers/schemas.ts'

const STEP = 500
const COLUMNS =
  'cursor kind received_at provider at recipient message_id subject sender subaccount tags url reason answer robot campaign_id delivery_id ip location size'

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
  const facts = readFacts({ facts: factsToTell(event), more: null })
  const head = [formatCursor(event.cursor), event.kind, instant(event.receivedAt), facts.provider]
  const { recipient, messageId, subject, sender, subaccount, tags, url, reason, answer, robot } = facts
  const told = [recipient, messageId, subject, sender, subaccount, tags.join(' '), url, reason, answer]
  const mail = [robot === null ? null : String(robot), facts.campaignId, facts.deliveryId]
  const other = [facts.ip, facts.location, facts.size === null ? null : String(facts.size)]
  const cells = [...head, instantOrNull(facts.at), ...told, ...mail, ...other]
  return csvLine(cells.map((cell) => cell ?? ''))
}
