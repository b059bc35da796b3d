// An event as the API shows it.
import { Type } from 'typebox'
import { formatCursor } from '../../core/events/cursor.ts'
import { KINDS } from '../../core/events/event.ts'
import { REASONS } from '../../core/events/facts.ts'
import type { ArchivedEvent } from '../../core/events/ports.ts'
import { eventExample, factsExample } from '../../core/events/providers/mandrill/example.ts'
import { factsToTell } from '../../core/events/providers/providers.ts'
import { CursorText, Instant, instant, oneOf, orNull } from '../server/answers/schemas.ts'

const textOrNull = (description: string, example: string | null) =>
  orNull(Type.String(), { description, examples: [example] })
const optional = (description: string, example: string | null) =>
  Type.Optional(Type.String({ description, examples: [example] }))
/** The facts of an event, whichever provider sent it. */
const Facts = {
  provider: Type.String({ description: 'Who told it', examples: ['mandrill'] }),
  at: orNull(Instant, { description: 'When it happened' }),
  recipient: textOrNull('The address it went to, or that a list entry is about', factsExample.recipient),
  message_id: textOrNull("The provider's id of the message", factsExample.messageId),
  subject: textOrNull('The subject of the message', factsExample.subject),
  sender: Type.Optional(Type.String({ examples: [factsExample.sender] })),
  subaccount: Type.Optional(Type.String({ examples: ['news'] })),
  tags: Type.Optional(Type.Array(Type.String(), { examples: [factsExample.tags] })),
  url: optional('What was clicked', 'https://example.com/'),
  reason: Type.Optional(
    oneOf(REASONS, {
      description: 'Why it bounced, was refused, or is on a list',
      examples: ['mailbox_full'],
    }),
  ),
  answer: optional("What the recipient's server said", '250 OK'),
  robot: Type.Optional(
    Type.Boolean({ description: 'For opens and clicks: a program, not a person', examples: [false] }),
  ),
  campaign_id: Type.Optional(Type.String({ examples: [factsExample.campaignId] })),
  delivery_id: Type.Optional(Type.String({ examples: [factsExample.deliveryId] })),
  ip: optional(
    "For opens and clicks the recipient's IP address, else that of the server that answered",
    factsExample.ip,
  ),
  location: optional('For opens and clicks: where it happened', factsExample.location),
  size: Type.Optional(Type.Integer({ description: "The mail's, in bytes", examples: [24_310] })),
}
export const EventJson = Type.Object(
  {
    cursor: CursorText,
    kind: oneOf(KINDS, { examples: ['opened'] }),
    received_at: Instant,
    ...Facts,
    data: Type.Optional(
      Type.Any({ description: 'The event exactly as Mandrill sent it', examples: [eventExample] }),
    ),
  },
  { title: 'Event' },
)

export const eventTexts = (events: readonly ArchivedEvent[], withData: boolean): string =>
  events.map((event) => eventText(event, withData)).join(',')

/** The event as JSON. `data` comes last, exactly as it was received. */
export function eventText(event: ArchivedEvent, withData: boolean): string {
  const { cursor, kind, receivedAt, data } = event
  const head = `"cursor":"${formatCursor(cursor)}","kind":"${kind}","received_at":"${instant(receivedAt)}"`
  return `{${head},${factsToTell(event).slice(1, -1)}${withData ? `,"data":${data}` : ''}}`
}
