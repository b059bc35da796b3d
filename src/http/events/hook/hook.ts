// /api/hook: Mandrill's webhook. Checks the signature on the received bytes, parses them once, stores them durably, answers 200.
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import { Type } from 'typebox'
import { readBatch, type Batch } from '../../../core/events/intake/batch.ts'
import { HubError, isHubError } from '../../../core/errors.ts'
import { broughtBy } from '../../../core/events/facts.ts'
import { decodeForm, type FormField } from '../../../core/events/intake/form.ts'
import { memberSlice } from '../../../core/events/intake/json-slices.ts'
import {
  BATCH_FIELD,
  isProbe,
  isSignature,
  isSignedWith,
  slashVariants,
  type Signed,
} from '../../../core/events/providers/mandrill/signature.ts'
import { eventExample } from '../../../core/events/providers/mandrill/example.ts'
import type { Appended, EventFeed, Quarantine } from '../../../core/events/ports.ts'
import { explainRefusal } from '../../../core/events/refusal.ts'
import type { Access } from '../../server/access/access.ts'
import { giveBack, isEncoded } from '../../server/bodies/bodies.ts'
import type { HookWatch } from './watch.ts'
import { translate } from '../../server/answers/errors.ts'
import { errors, nothing, tagged } from '../../server/answers/schemas.ts'

type HookDeps = {
  readonly feed: EventFeed
  readonly quarantine: Quarantine
  readonly access: Access
  readonly watch: HookWatch
  readonly keys: readonly string[]
  /** The webhook's addresses as they are typed in Mandrill: the signature covers them. */
  readonly urls: readonly string[]
  readonly bodyLimit: number
  readonly now: () => number
}

const FORM = 'application/x-www-form-urlencoded'
const FORM_TYPE = /^application\/x-www-form-urlencoded/i
const JSON_TYPE = /^application\/json/i
const LONGEST_HOST = 260
const LONGEST_TARGET = 500

const Answer = Type.Object(
  {
    accepted: Type.Integer({ description: 'Events stored now' }),
    duplicates: Type.Integer({ description: 'Events that were stored before' }),
    quarantined: Type.Integer({ description: 'Entries that cannot be read as events: see /api/quarantine' }),
  },
  { description: 'Stored', examples: [{ accepted: 1, duplicates: 0, quarantined: 0 }] },
)
const PURPOSE =
  'Mandrill posts its events to this address: type it in Mandrill under Settings → Webhooks. There is nothing to see here'
/** Only for /doc: the body is read by hand, as the bytes that were signed. */
const documentedBody = {
  content: {
    'application/json': {
      schema: Type.Object(
        { [BATCH_FIELD]: Type.Array(Type.Any()) },
        { description: 'With the API token', examples: [{ [BATCH_FIELD]: [eventExample] }] },
      ),
    },
    [FORM]: {
      schema: Type.Object(
        { [BATCH_FIELD]: Type.String({ description: 'A JSON array of events' }) },
        {
          description: 'As Mandrill sends it, with X-Mandrill-Signature',
          examples: [{ [BATCH_FIELD]: JSON.stringify([eventExample]) }],
        },
      ),
    },
  },
}

export async function registerHook(app: FastifyInstance, deps: HookDeps): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([FORM, 'application/json'], (request, _payload, done) =>
    request.wholeBody ? request.wholeBody(done) : done(null, Buffer.alloc(0)),
  )
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'POST') refuseUnread(deps, request)
    done()
  })
  app.addHook('onError', async ({ method }, _reply, error) => {
    if (method === 'POST') deps.watch.refused(translate(error).code)
  })
  const takes = takeBatch(deps)
  const asked = { public: true, swagger: { exposeHeadRoute: true } }
  app.head('/api/hook', { config: asked, schema: headSchema }, async (_request, reply) => reply.send())
  app.post<{ Body: Buffer }>(
    '/api/hook',
    {
      config: { public: true, carriesProof: looksSigned, takesBytes: true, documentedBody, purpose: PURPOSE },
      bodyLimit: deps.bodyLimit,
      compress: false, // an answer of a few bytes
      schema,
    },
    takes,
  )
}

const headSchema: FastifySchema = {
  ...tagged('Webhook'),
  summary: 'Check that there is a webhook',
  description: 'Mandrill checks this before it accepts the URL.',
  security: [],
  response: { 200: nothing('There is'), ...errors(403) },
}

const schema: FastifySchema = {
  ...tagged('Webhook'),
  summary: 'Take a batch of events from Mandrill',
  description:
    'The URL to type in Mandrill. A batch is signed with the key of the webhook (`X-Mandrill-Signature`); with the API ' +
    'token, a JSON body `{"mandrill_events":[…]}` is taken instead. 200 only after the batch is durably stored.',
  security: [{ token: [] }, { session: [] }, { mandrill_signature: [] }],
  response: {
    200: Answer,
    ...errors(
      'hook.no_field',
      'hook.bad_signature',
      'access.unauthorized',
      'request.too_large',
      'hook.too_many_events',
      415,
      'hook.no_key',
      'feed.unavailable',
    ),
  },
}

/** Refuses, before the body is read, what no body can make valid. */
function refuseUnread(deps: HookDeps, request: FastifyRequest): void {
  const type = request.headers['content-type'] ?? ''
  if (isEncoded(request.raw)) throw new HubError('request.unsupported_media_type')
  if (JSON_TYPE.test(type) && !deps.access.isSignedIn(request)) throw new HubError('access.unauthorized')
  if (!FORM_TYPE.test(type) || looksSigned(request)) return
  checkSignature(deps, request, { signature: signatureOf(request), fields: [] })
}

function looksSigned(request: FastifyRequest): boolean {
  return FORM_TYPE.test(request.headers['content-type'] ?? '') && isSignature(signatureOf(request))
}

function signatureOf({ headers }: FastifyRequest): string {
  return String(headers['x-mandrill-signature'] ?? '')
}

function takeBatch(deps: HookDeps) {
  return async (request: FastifyRequest<{ Body: Buffer }>) => {
    const body = request.body ?? Buffer.alloc(0)
    const isForm = !JSON_TYPE.test(request.headers['content-type'] ?? FORM)
    const text = isForm ? formBatch(deps, request, body) : jsonBatch(deps, request, body)
    const { kinds, isTaken, answered } = storeBatch(deps, text, isForm && deps.keys.length > 0)
    if (isTaken) giveBack(body)
    const answer = await answered
    deps.watch.accepted(answer, kinds)
    return answer
  }
}

/**
 * A function of its own, so that nothing holds the events while they are stored: thousands may be under way, and objects that
 * outlive V8's young generation cost more than parsing them did. `isTaken`: the body's bytes are not needed any more.
 */
function storeBatch(deps: HookDeps, text: Buffer, isSigned: boolean) {
  const { events, unreadable } = readBatch(text)
  const batch = { events: isSigned ? events : broughtBy('hand', events), unreadable }
  const kinds = events.map(({ kind }) => kind)
  return { kinds, isTaken: unreadable.length === 0, answered: store(deps, batch) }
}

/** The batch in a form, after checking the signature. Throws hook.no_field or what checkSignature throws. */
function formBatch(deps: HookDeps, request: FastifyRequest, body: Buffer): Buffer {
  const fields = decodeForm(body)
  try {
    checkSignature(deps, request, { signature: signatureOf(request), fields })
  } catch (error) {
    giveBack(body)
    throw error
  }
  const found = fields.filter((field) => field.name.toString() === BATCH_FIELD)
  if (found.length !== 1)
    throw new HubError('hook.no_field', {
      message: found.length ? `The body has the field ${BATCH_FIELD} more than once` : undefined,
      details: { field: BATCH_FIELD },
    })
  return (found[0] as FormField).value
}

/** Returns for a right signature, and for Mandrill's probe. Throws hook.no_key or hook.bad_signature. */
function checkSignature(deps: HookDeps, request: FastifyRequest, signed: Signed): void {
  const urls = deps.urls.flatMap(slashVariants)
  if (isProbe(signed, urls)) return deps.watch.probeSeen()
  if (deps.keys.length === 0) {
    if (!deps.access.required && signed.signature === '') return
    throw new HubError('hook.no_key')
  }
  if (isSignedWith(signed, deps.keys, urls)) return deps.watch.rightlySigned()
  const { keys, urls: typed } = deps
  const target = request.url.slice(0, LONGEST_TARGET)
  const asked = { signed, keys, urls: typed, hosts: hostsOf(request), target }
  if (signed.signature === '') deps.watch.unsigned(explainRefusal(asked))
  else deps.watch.wronglySigned(request.ip, (bytes) => explainRefusal(asked, bytes))
  throw new HubError('hook.bad_signature')
}

/** The hosts that this request was sent to: the address typed in Mandrill may have one of them. */
function hostsOf({ headers }: FastifyRequest): readonly string[] {
  const told = [headers.host, headers['x-forwarded-host']].flatMap((host) => host ?? [])
  return [...new Set(told.map((host) => host.slice(0, LONGEST_HOST)))]
}

/** The batch of a JSON body, `{"mandrill_events":[…]}`, from someone who has the token. */
function jsonBatch({ access }: HookDeps, request: FastifyRequest, body: Buffer): Buffer {
  if (!access.isSignedIn(request)) throw new HubError('access.unauthorized')
  const parsed = parseObject(body)
  if (!Array.isArray(parsed[BATCH_FIELD])) {
    const message = BATCH_FIELD in parsed ? `${BATCH_FIELD}: must be an array` : undefined
    throw new HubError('hook.no_field', { message, details: { field: BATCH_FIELD } })
  }
  return memberSlice(Buffer.from(body.toString()), BATCH_FIELD) as Buffer
}

function parseObject(body: Buffer): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString())
  } catch (error) {
    throw new HubError('request.invalid', { message: `body: is not JSON: ${(error as Error).message}` })
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>
  throw new HubError('request.invalid', { message: 'body: must be a JSON object' })
}

function store(deps: HookDeps, batch: Batch) {
  const quarantined = batch.unreadable.length
  return append(deps, batch).then(
    ({ accepted, duplicates }) => ({ accepted, duplicates, quarantined }),
    (error: unknown) => {
      if (isHubError(error)) deps.watch.notStored()
      throw error
    },
  )
}

function append({ feed, quarantine, now }: HookDeps, { events, unreadable }: Batch): Promise<Appended> {
  const rest = () => (events.length ? feed.append(events) : Promise.resolve({ accepted: 0, duplicates: 0 }))
  if (unreadable.length === 0) return rest()
  const receivedAt = now()
  return quarantine.add(unreadable.map((entry) => ({ ...entry, receivedAt }))).then(rest)
}
