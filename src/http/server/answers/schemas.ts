// Schemas that several resources share.
import { Type, type TSchema, type TSchemaOptions } from 'typebox'
import { HubError, type ErrorCode } from '../../../core/errors.ts'
import { errorBody } from './errors.ts'

const ErrorSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      details: Type.Optional(Type.Any()),
    }),
  },
  { description: 'What went wrong: a code for programs and a sentence for people' },
)

/** By status: what it means, and the error that it usually stands for. */
const ERRORS: Readonly<Record<number, readonly [meaning: string, usual: ErrorCode]>> = {
  400: ['A field is wrong; the message names it', 'request.invalid'],
  401: ['No token, or a wrong one', 'access.unauthorized'],
  403: ['This web origin, or with AUTH=off this Host, may not use the hub', 'access.foreign_host'],
  404: ['Not found', 'request.not_found'],
  408: ['It took too long to arrive', 'request.timeout'],
  409: ['Its state does not allow this', 'subscriber.exists'],
  413: ['Too large', 'request.too_large'],
  415: ['Content type not supported', 'request.unsupported_media_type'],
  429: ['Too many requests; see Retry-After', 'request.too_many'],
  502: ['Another server failed', 'reconcile.unavailable'],
  503: ['Not possible right now; see Retry-After', 'server.busy'],
}

/** Details in the examples of some errors. */
const SAID: Partial<Record<ErrorCode, { readonly details: unknown }>> = {
  'hook.no_field': { details: { field: 'mandrill_events' } },
  'campaign.test_failed': { details: { kind: 'deferred', response: '421 4.7.0 Try again later' } },
}

/** The error answers of a route, for its `response`: by status, or by code where it is not the usual one. */
export function errors(...what: readonly (number | ErrorCode)[]): Record<number, TSchema> {
  const answers: Record<number, typeof ErrorSchema & { description: string; examples: unknown[] }> = {}
  // Repeated wrong tokens are answered 429.
  const all = what.includes(401) && !what.includes(429) ? [...what, 429] : what
  for (const each of all) {
    const code = typeof each === 'string' ? each : (ERRORS[each]?.[1] ?? 'server.internal')
    const error = new HubError(code, SAID[code])
    const description = ERRORS[error.status]?.[0] ?? 'Error'
    const examples = [...(answers[error.status]?.examples ?? []), errorBody(error)]
    answers[error.status] = { ...ErrorSchema, description, examples }
  }
  return answers
}

export const CursorText = Type.String({
  description: 'A place in the feed, opaque. `0` is the beginning',
  examples: ['1795312345678-42'],
})

export const Instant = Type.String({ format: 'date-time', examples: ['2026-05-04T10:20:30.123Z'] })

export const orNull = <S extends TSchema>(schema: S, options: TSchemaOptions = {}) =>
  Type.Union([schema, Type.Null()], options)

export const InstantOrNull = orNull(Instant)
export const TextOrNull = orNull(Type.String())

export const nextFor = (parameter: string) =>
  orNull(Type.String(), {
    description: `Pass it as \`${parameter}\` to get the next page; null: no more`,
    examples: [null],
  })

/** `found` was asked for with one row more than `limit`, which tells whether there is another page. */
export function pageOf<Row>(found: readonly Row[], limit: number, placeOf: (row: Row) => string) {
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  return { page, next: last === undefined ? null : placeOf(last) }
}

/** Nothing has a longer id. */
export const IdParams = Type.Object({ id: Type.String({ maxLength: 100 }) })

/** A closed list of words, as one schema: so an error is one sentence which lists them. */
export const oneOf = <const W extends string>(words: readonly W[], options: TSchemaOptions = {}) =>
  Type.Unsafe<W>({ ...options, type: 'string', enum: [...words] })

/** The order of a list with pages. */
export const InOrder = oneOf(['asc', 'desc'], {
  default: 'asc',
  description: '`desc`: from the end, last one first; `next` continues from there',
})

export const tagged = (tag: string) => ({ tags: [tag] })

export const nothing = (description: string) => Type.Null({ description })

/** RFC 3339 in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString()
export const instantOrNull = (ms: number | null | undefined): string | null =>
  ms == null ? null : instant(ms)

export const SenderProblem = orNull(Type.String(), {
  description: 'What keeps campaigns from starting (PUBLIC_URL, MAIL_FROM), if anything does',
  examples: [null],
})
