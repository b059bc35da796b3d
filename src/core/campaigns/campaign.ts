// A campaign's states, what may be done in which, and what it may say.
import { AN_INSTANT, readInstant } from '../instant.ts'
import { CONTROL } from '../addresses/address.ts'
import { badField, HubError } from '../errors.ts'
import { parseMailbox, toSmtpAddress } from '../addresses/mailbox.ts'
import { checkTemplate } from './mail/message.ts'
import type { ReadHtml } from './mail/placeholders.ts'
import type { CampaignContent, CampaignStatus } from './ports.ts'

export const VERBS = {
  edit: ['draft', 'scheduled'],
  delete: ['draft', 'scheduled'],
  start: ['draft', 'scheduled'],
  pause: ['running'],
  resume: ['paused'],
  cancel: ['scheduled', 'running', 'paused'],
  'retry-failed': ['running', 'paused', 'finished'],
} as const satisfies Record<string, readonly CampaignStatus[]>

export type Verb = keyof typeof VERBS

/** A line of a mail may be 998 characters long (RFC 5322, section 2.1.1); a subject of more is no subject. */
export const SUBJECT_LENGTH = 998
const CONTENT_BYTES = 1024 * 1024
export const PREHEADER_LENGTH = 200
/** Mandrill's bound. */
export const TAG_LENGTH = 50
const REPLY_TO_LENGTH = 320
/** So a client whose clock is a little behind can still schedule for now. */
const PAST_MS = 60_000
const AHEAD_MS = 5 * 365 * 24 * 3600_000

export function wrongState(status: CampaignStatus, verb: Verb): HubError {
  const allowed = VERBS[verb]
  return new HubError('campaign.wrong_state', {
    message: `A ${status} campaign cannot ${NOT_DONE[verb]}: it must be ${allowed.join(' or ')}`,
    details: { status, allowed },
  })
}

const NOT_DONE: Readonly<Record<Verb, string>> = {
  edit: 'be edited',
  delete: 'be deleted',
  start: 'be started',
  pause: 'be paused',
  resume: 'be resumed',
  cancel: 'be cancelled',
  'retry-failed': 'retry failed deliveries',
}

export function requireState(status: CampaignStatus, verb: Verb): void {
  if (!isAllowed(status, verb)) throw wrongState(status, verb)
}

export function isAllowed(status: CampaignStatus, verb: Verb): boolean {
  return (VERBS[verb] as readonly CampaignStatus[]).includes(status)
}

/** A campaign's content as it is asked for. An empty optional text counts as none. */
export type ContentInput = {
  readonly subject: string
  readonly content: string
  readonly text?: string | null | undefined
  readonly preheader?: string | null | undefined
  readonly replyTo?: string | null | undefined
  readonly tag?: string | null | undefined
}

/** Checks and trims it. Throws request.invalid or campaign.bad_placeholder, which name the field. */
export function readContent(input: ContentInput, readHtml: ReadHtml): CampaignContent {
  const content = {
    subject: input.subject.trim(),
    content: input.content,
    text: input.text || null,
    preheader: input.preheader?.trim() || null,
    replyTo: input.replyTo?.trim() || null,
    tag: input.tag?.trim() || null,
  }
  check('subject', subjectProblem(content.subject))
  check('content', content.content.trim() === '' ? 'must not be empty' : bodyProblem(content.content))
  check('text', content.text && bodyProblem(content.text))
  check('preheader', content.preheader && lineProblem(content.preheader, PREHEADER_LENGTH))
  check('tag', content.tag && tagProblem(content.tag))
  check('reply_to', content.replyTo && replyToProblem(content.replyTo))
  checkTemplate(content, readHtml)
  return content
}

function check(field: string, problem: string | null | undefined): void {
  if (problem) throw badField(field, problem)
}

function subjectProblem(subject: string): string | undefined {
  return subject === '' ? 'must not be empty' : lineProblem(subject, SUBJECT_LENGTH)
}

function lineProblem(text: string, length: number): string | undefined {
  if (!text.isWellFormed() || CONTROL.test(text)) return 'must not contain line breaks or control characters'
  return [...text].length > length ? `must be at most ${length} characters long` : undefined
}

function bodyProblem(text: string): string | undefined {
  if (!text.isWellFormed() || text.includes('\0')) return 'must not contain NUL or half a character'
  return Buffer.byteLength(text) > CONTENT_BYTES ? 'must be at most 1 MiB long' : undefined
}

/** Tags go out in one header, comma-separated; those that begin with an underscore are Mandrill's own. */
function tagProblem(tag: string): string | undefined {
  if (tag.includes(',')) return 'must not contain a comma'
  return tag.startsWith('_') ? 'must not begin with an underscore' : lineProblem(tag, TAG_LENGTH)
}

function replyToProblem(replyTo: string): string | undefined {
  const isAddress = toSmtpAddress(parseMailbox(replyTo)?.address ?? '') !== undefined
  return isAddress ? lineProblem(replyTo, REPLY_TO_LENGTH) : 'must be an address, or a name and an address'
}

export function readSendAt(text: string, now: number): number {
  const sendAt = readInstant(text)
  if (sendAt === undefined) throw badField('send_at', AN_INSTANT)
  if (sendAt < now - PAST_MS) throw badField('send_at', 'must not be in the past')
  if (sendAt > now + AHEAD_MS) throw badField('send_at', 'must be within five years')
  return sendAt
}

/** After a restore these may have sent mails that are not known here: resuming one sends such mails again. */
export const UNCERTAIN: readonly CampaignStatus[] = ['running', 'paused']

/** The status reason that the operator reads. `madeAt`: when the backup was made, if known. */
export function restoredReason(madeAt?: number): string {
  const of = madeAt === undefined ? '' : ` of ${new Date(madeAt).toISOString()}`
  return `restored from a backup${of}: those who got this mail after the backup was made are not known here and get it again when it is resumed`
}
