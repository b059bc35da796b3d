// Pieces of schemas that several resources share.
import { Type, type TSchema } from 'typebox'

export const ErrorSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ examples: ['request.invalid'] }),
      message: Type.String(),
      details: Type.Optional(Type.Any()),
    }),
  },
  { description: 'What went wrong: a code to act on, and a sentence to read' },
)

const REASONS: Readonly<Record<number, string>> = {
  400: 'A field is wrong; the message names it',
  401: 'No token, or a wrong one',
  403: 'This web origin may not use the hub',
  404: 'Not there',
  409: 'Its state does not allow this',
  413: 'Too large',
  415: 'Not this content type',
  429: 'Too many requests; see Retry-After',
  503: 'Cannot be done now; see Retry-After',
}

/** The error answers of a route, for its `response`. */
export function errors(...statuses: readonly number[]): Record<number, TSchema> {
  return Object.fromEntries(
    statuses.map((status) => [status, { ...ErrorSchema, description: REASONS[status] ?? 'Error' }]),
  )
}

export const Cursor = Type.String({
  description: 'A place in the feed, opaque. `0` is the beginning',
  examples: ['1795312345678-42'],
})

export const Instant = Type.String({ format: 'date-time', examples: ['2026-05-04T10:20:30.123Z'] })

export const InstantOrNull = Type.Union([Instant, Type.Null()])

/** Where the next page begins. */
export const nextFor = (parameter: string) =>
  Type.Union([Type.String(), Type.Null()], { description: `Goes into \`${parameter}\`; null: no more` })

/** A longer id is nobody's. */
export const IdParams = Type.Object({ id: Type.String({ maxLength: 100 }) })

export const tagged = (tag: string) => ({ tags: [tag] })

/** RFC 3339 in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString()
export const instantOrNull = (ms: number | null | undefined): string | null =>
  ms == null ? null : instant(ms)
