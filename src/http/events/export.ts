// Exports the events that a filter selects as one file: CSV of their facts, or JSON lines.
import type { FastifyReply } from 'fastify'
import { csvLine } from '../../core/csv/write.ts'
import { formatCursor } from '../../core/events/cursor.ts'
import { readFacts } from '../../core/events/facts.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../core/events/ports.ts'
import { factsToTell } from '../../core/events/providers/providers.ts'
import { sendCsv, sendNdjson, type FileType } from '../server/answers/files.ts'
import { eventText } from './json.ts'
import { instant, instantOrNull } from '../server/answers/schemas.ts'

const STEP = 500
const COLUMNS =
  'cursor kind received_at provider at recipient message_id subject sender subaccount tags url reason answer robot campaign_id delivery_id ip location size'

export function sendFile(
  reply: FastifyReply,
  type: FileType,
  archive: Pick<EventArchive, 'find'>,
  { after, before, ...selection }: Omit<EventQuery, 'limit'>,
  withData: boolean,
): Promise<FastifyReply> {
  const placeAfter = (last: ArchivedEvent) => (after ? { after: last.cursor } : { before: last.cursor })
  const pages = {
    full: 1, // a page is bounded in bytes as well, so a short one need not be the last
    page: (last: ArchivedEvent | undefined) =>
      archive.find({ after, before, ...selection, ...(last && placeAfter(last)), limit: STEP }),
  }
  if (type === 'text/csv')
    return sendCsv(reply, 'events', { ...pages, columns: COLUMNS.split(' '), toLine: csvOf })
  return sendNdjson(reply, 'events', { ...pages, toLine: (event) => jsonOf(event, withData) })
}

/** Line breaks in JSON are only between its tokens, never within a text. */
function jsonOf(event: ArchivedEvent, withData: boolean): string {
  return `${eventText(event, withData).replace(/[\r\n]/g, ' ')}\n`
}

function csvOf(event: ArchivedEvent): string {
  const facts = readFacts({ facts: factsToTell(event), more: null })
  const head = [formatCursor(event.cursor), event.kind, instant(event.receivedAt), facts.provider]
  const { recipient, messageId, subject, sender, subaccount, tags, url, reason, answer, robot } = facts
  const told = [recipient, messageId, subject, sender, subaccount, tags.join(' '), url, reason, answer]
  const mail = [robot === null ? null : String(robot), facts.campaignId, facts.deliveryId]
  const other = [facts.ip, facts.location, facts.size === null ? null : String(facts.size)]
  const cells = [...head, instantOrNull(facts.at), ...told, ...mail, ...other]
  return csvLine(cells.map((cell) => cell ?? ''))
}
