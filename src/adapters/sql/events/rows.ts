// The rows of an event in the archive's tables.
import { linkKey } from '../../../core/events/facts.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { NEVER_FORGOTTEN } from '../../../core/loop/suppressing.ts'
import { rowsFor, type Tables, type Write } from '../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'
import { toParts } from '../driver/texts.ts'
import { addCounts } from './minute-counts.ts'
import { addSpans } from './spans.ts'
import { addWords, subjectKey } from './search/subjects.ts'

/** More would slow down a whole batch for one event; Mandrill itself takes 100 a mail. */
const TAGS_INDEXED = 200

/** Writes what is stored beside the events, to find and count them by. */
export function indexWrites(tables: Tables, rows: readonly ArchiveRow[]): Write[] {
  return [
    rowsFor(tables.eventTags, rows.flatMap(toTagRows)),
    addCounts(tables, rows),
    addWords(tables, rows),
    ...addSpans(tables, rows),
  ]
}

type Besides = Pick<Tables['events']['$inferInsert'], 'notOurs' | 'block' | 'run'>

/** `besides`: what the event itself does not tell. Texts longer than their column are stored as a key, see keys.ts. */
export function toEventRow({ event, facts }: ArchiveRow, besides: Besides) {
  const email = facts.email && keyOf(facts.email, KEY_LENGTH.email)
  return {
    epoch: event.cursor.epoch,
    seq: event.cursor.seq,
    id: event.id,
    kind: event.kind,
    receivedAt: event.receivedAt,
    occurredAt: facts.at,
    messageId: facts.messageId && keyOf(facts.messageId, KEY_LENGTH.messageId),
    email,
    campaignId: facts.campaignId && keyOf(facts.campaignId, KEY_LENGTH.campaignId),
    domain: facts.email && domainOf(facts.email),
    subject: facts.subject === null ? null : subjectKey(facts.subject),
    subaccount: facts.subaccount && keyOf(facts.subaccount, KEY_LENGTH.subaccount),
    link: facts.url === null ? null : linkKey(facts.url),
    judging: NEVER_FORGOTTEN.includes(event.kind) ? email : null,
    ...besides,
  }
}

function domainOf(email: string): string | null {
  const whole = email.slice(email.lastIndexOf('@') + 1)
  const isLong = whole.length > KEY_LENGTH.domain
  const domain = isLong ? Array.from(whole).slice(0, KEY_LENGTH.domain).join('') : whole
  return email.includes('@') && domain.isWellFormed() ? domain : null
}

/** The texts of an event that is not in a block. The first part carries the facts. */
export function toTextRows({ event: { cursor, data, facts, more } }: ArchiveRow) {
  return toParts(data.toString()).map((part) => ({
    ...cursor,
    ...part,
    ...(part.part === 0 && { facts, more }),
  }))
}

function toTagRows({ event, facts }: ArchiveRow) {
  if (facts.tags.length === 0) return [] // most have none
  const keys = new Set(facts.tags.slice(0, TAGS_INDEXED).map((tag) => keyOf(tag, KEY_LENGTH.tag)))
  return [...keys].map((tag) => ({ tag, ...event.cursor }))
}
