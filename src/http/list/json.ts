// A subscriber as JSON, and the checks of the fields that clients send.
import { Type, type Static } from 'typebox'
import { badField } from '../../core/errors.ts'
import type { Subscriber } from '../../core/list/ports.ts'
import { EMAIL_LENGTH, emailProblem } from '../../core/addresses/address.ts'
import { isMailable } from '../../core/list/membership.ts'
import { NAME_LENGTH, nameProblem } from '../../core/list/subscriber.ts'
import { Instant, instant, instantOrNull, InstantOrNull, orNull } from '../server/answers/schemas.ts'

export const Email = Type.String({
  description: `${EMAIL_LENGTH} bytes at most; compared without case`,
  examples: ['reader@example.com'],
})
export const Name = orNull(Type.String(), {
  description: `${NAME_LENGTH} characters at most`,
  examples: ['Ann Reader'],
})

const FIELDS = {
  id: Type.String({ examples: ['01a20144-af1d-722a-9d98-6a215e4325f9'] }),
  email: Type.String({ description: 'As it was typed' }),
  name: Type.String(),
  subscribed: Type.Boolean({ description: 'Has not left, and has confirmed if that is required' }),
  suppressed: Type.Union(
    [
      Type.Object({
        reason: Type.String({ description: 'bounce, complaint, unsubscribe, reject or manual' }),
        since: Instant,
        until: InstantOrNull,
      }),
      Type.Null(),
    ],
    { description: 'Gets no mail, whatever `subscribed` says' },
  ),
  mailable: Type.Boolean({ description: 'Gets campaigns: subscribed, and not suppressed' }),
  created_at: Instant,
  updated_at: Instant,
}

const EXAMPLE = {
  id: '01a20144-af1d-722a-9d98-6a215e4325f9',
  email: 'reader@example.com',
  name: 'Ann Reader',
  subscribed: true,
  suppressed: null,
  mailable: true,
  created_at: '2026-05-04T10:20:30.123Z',
  updated_at: '2026-05-04T10:20:30.123Z',
}

export const SubscriberSchema = Type.Object(FIELDS, {
  title: 'Subscriber',
  description: 'The subscriber',
  examples: [EXAMPLE],
})
export const UnsubscribedSchema = {
  ...SubscriberSchema,
  description: 'The subscriber, who gets no more campaigns',
  examples: [{ ...EXAMPLE, subscribed: false, mailable: false, updated_at: '2026-06-01T08:00:00.000Z' }],
}

type SubscriberJson = Static<typeof SubscriberSchema>

export function presentSubscriber(subscriber: Subscriber): SubscriberJson {
  const { id, email, name, subscribed, suppressed, createdAt, updatedAt } = subscriber
  return {
    id,
    email,
    name,
    subscribed,
    suppressed: suppressed && {
      reason: suppressed.reason,
      since: instant(suppressed.since),
      until: instantOrNull(suppressed.until),
    },
    mailable: isMailable(subscriber),
    created_at: instant(createdAt),
    updated_at: instant(updatedAt),
  }
}

/** The address of a body, trimmed. Throws request.invalid, which names the field. */
export function readEmail(email: string | null | undefined): string {
  const address = email?.trim()
  const problem = address === undefined ? 'is required' : emailProblem(address)
  if (problem) throw badField('email', problem)
  return address as string
}

/** The name of a body, trimmed: it may be empty, but must be there. */
export function readName(name: string | null | undefined): string {
  if (name === undefined) throw badField('name', 'is required: it may be empty')
  const text = (name ?? '').trim()
  const problem = nameProblem(text)
  if (problem) throw badField('name', problem)
  return text
}
