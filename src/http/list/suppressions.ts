// /suppressions: addresses that get no mail, whatever the list says.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { badField, HubError } from '../../core/errors.ts'
import { AN_INSTANT, readInstant } from '../../core/instant.ts'
import { csvLine } from '../../core/csv/write.ts'
import { SUPPRESSION_COLUMNS } from '../../core/list/import/suppressions.ts'
import { SUPPRESSION_REASONS, type ListedSuppression, type SuppressionFilter } from '../../core/list/ports.ts'
import type { SuppressionStore } from '../../core/list/ports.ts'
import { acceptForms, FORMS } from '../server/bodies/form.ts'
import { sendCsv, wantsCsv } from '../server/answers/files.ts'
import {
  errors,
  InOrder,
  Instant,
  instant,
  instantOrNull,
  InstantOrNull,
  nextFor,
  nothing,
  oneOf,
  orNull,
  pageOf,
  tagged,
} from '../server/answers/schemas.ts'
import { registerSuppressionImport } from './import.ts'
import { Email, readEmail } from './json.ts'
import { route } from '../server/route.ts'

export type SuppressionsDeps = {
  readonly suppressions: SuppressionStore
  readonly now: () => number
}

const Reason = oneOf(SUPPRESSION_REASONS)

const SuppressionSchema = Type.Object(
  {
    email: orNull(Type.String(), {
      description: 'null for an erased person: only a keyed hash of the address is kept',
    }),
    reason: Type.String(),
    source: Type.String({ description: 'Who said so: api, link, smtp, mandrill' }),
    since: Instant,
    until: InstantOrNull,
  },
  {
    title: 'Suppression',
    description: 'The suppression in force for this address',
    examples: [
      {
        email: 'reader@example.com',
        reason: 'manual',
        source: 'api',
        since: '2026-05-04T10:20:30.123Z',
        until: null,
      },
    ],
  },
)
const NewSuppression = Type.Object(
  {
    email: Email,
    reason: Type.Optional(Reason),
    until: Type.Optional(orNull(Type.String({ maxLength: 64, examples: ['2026-05-04T10:20:30Z'] }))),
  },
  { examples: [{ email: 'reader@example.com', reason: 'manual' }] },
)
const Query = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  after: Type.Optional(Type.String({ maxLength: 1000, description: '`next` of the previous page' })),
  order: InOrder,
  email: Type.Optional(
    Type.String({ maxLength: 320, description: 'Only the one in force for this address' }),
  ),
  reason: Type.Optional(Reason),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the address' })),
})
const Page = Type.Object(
  {
    count: Type.Integer({ examples: [1] }),
    suppressions: Type.Array(SuppressionSchema),
    next: nextFor('after'),
  },
  { description: 'A page of suppressions' },
)
const about = tagged('Mailing list')
/** Rows in memory at a time, while all are sent as a file. */
const FILE_STEP = 1000

export async function registerSuppressions(app: FastifyInstance, deps: SuppressionsDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain')
    acceptForms(scope)
    registerReading(scope, deps)
    registerWriting(scope, deps)
  })
  await registerSuppressionImport(app, deps)
}

function registerReading(app: FastifyInstance, { suppressions, now }: SuppressionsDeps): void {
  route(app, 'GET /suppressions', {
    ...about,
    summary: 'List the suppressed addresses, in order of address',
    description:
      'Including expired ones (`until`). With `Accept: text/csv`, all that match in one file, except erased people.',
    produces: ['application/json', 'text/csv'],
    querystring: Query,
    response: { 200: Page, ...errors(400, 401, 503) },
    handler: async ({ query: { limit, after, order, email, reason, q } }, reply) => {
      const filter = { reason, q: q || undefined }
      if (wantsCsv(reply) && !email) return sendFile(reply, suppressions, filter)
      if (email) {
        const suppression = await suppressions.get(email, now())
        const found = suppression ? [present(suppression)] : []
        return { count: found.length, suppressions: found, next: null }
      }
      const [found, count] = await Promise.all([
        suppressions.list(limit + 1, after && readNext(after), filter, order),
        suppressions.count(filter),
      ])
      const { page, next } = pageOf(found, limit, ({ key }) => nextFrom(key))
      return { count, suppressions: page.map(present), next }
    },
  })
}

function registerWriting(app: FastifyInstance, { suppressions, now }: SuppressionsDeps): void {
  route(app, 'POST /suppressions', {
    ...about,
    summary: 'Suppress an address',
    description:
      'The reason is `manual` unless another is given. An existing stronger one stays and is returned. `unsubscribe` also takes the subscriber off the list.',
    consumes: FORMS,
    body: NewSuppression,
    response: { 201: SuppressionSchema, ...errors(400, 401, 415, 503) },
    handler: async ({ body }) => {
      const email = readEmail(body.email)
      const since = now()
      const until = body.until == null ? null : readInstant(body.until)
      if (until === undefined) throw badField('until', AN_INSTANT)
      if (until !== null && until <= since) throw badField('until', 'must be in the future')
      const suppression = { email, reason: body.reason ?? 'manual', source: 'api', since, until } as const
      await suppressions.put(suppression)
      return present((await suppressions.get(email, since)) ?? { ...suppression, key: '' })
    },
  })

  route(app, 'DELETE /suppressions/:email', {
    ...about,
    summary: 'Lift the suppression of an address',
    description: 'Does not subscribe anybody.',
    params: Type.Object({ email: Type.String() }),
    response: { 204: nothing('Lifted'), ...errors(401, 'suppression.not_found', 503) },
    handler: async ({ params }) => {
      if (!(await suppressions.remove(params.email))) throw new HubError('suppression.not_found')
    },
  })
}

function sendFile(
  reply: FastifyReply,
  suppressions: Pick<SuppressionStore, 'list'>,
  filter: SuppressionFilter,
) {
  return sendCsv(reply, 'suppressions', {
    columns: SUPPRESSION_COLUMNS,
    full: FILE_STEP,
    page: (last) => suppressions.list(FILE_STEP, last?.key, filter),
    toLine,
  })
}

function toLine({ email, reason, source, since, until }: ListedSuppression): string {
  return email === null ? '' : csvLine([email, reason, source, instant(since), instantOrNull(until) ?? ''])
}

/** `next` is opaque to clients: it holds the store's key. */
const nextFrom = (key: string): string => Buffer.from(key).toString('base64url')
function readNext(after: string): string {
  const key = Buffer.from(after, 'base64url')
  if (key.length === 0 || key.toString('base64url') !== after)
    throw badField('after', 'must be `next` of the previous page', 'query')
  return key.toString()
}

const present = ({ email, reason, source, since, until }: ListedSuppression) => ({
  email,
  reason,
  source,
  since: instant(since),
  until: instantOrNull(until),
})
