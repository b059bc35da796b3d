// POST /subscribe/import and /suppressions/import: a CSV file of any size, read as it arrives and never held in memory.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type, type TObject } from 'typebox'
import { decodeText } from '../../core/csv/charset.ts'
import { HubError } from '../../core/errors.ts'
import { importSubscribers } from '../../core/list/import/subscribers.ts'
import { importSuppressions } from '../../core/list/import/suppressions.ts'
import type { ImportOptions, TableReport } from '../../core/list/import/table.ts'
import type { SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import { within } from '../../core/pause.ts'
import { charsetOf } from '../server/bodies/charset.ts'
import { firstFile, MULTIPART } from '../server/bodies/multipart.ts'
import { errors, oneOf, tagged } from '../server/answers/schemas.ts'
import { unknownParameter } from '../server/queries.ts'
import { route } from '../server/route.ts'

type Timing = { readonly now: () => number; readonly idleMs?: number }
type SubscriberImportDeps = Timing & { readonly subscribers: Pick<SubscriberStore, 'import'> }

/** A client that sends nothing for this long is disconnected, however long the whole file may take. */
const IDLE_MS = 60_000

const Query = Type.Object({
  dry_run: Type.Optional(
    oneOf(['', 'true', '1', 'false', '0'], { description: 'Only report what would be done' }),
  ),
})
const FILE_FIELDS = {
  columns: Type.Object(
    { used: Type.Array(Type.String()), ignored: Type.Array(Type.String()) },
    { description: "The file's columns, by their titles: what was read, and what was not" },
  ),
  errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }), {
    description: 'Lines that cannot be read, the first 1,000',
  }),
  error_count: Type.Integer({ description: 'All of them' }),
  charset: Type.String({ description: 'What the file was read as' }),
  charset_assumed: Type.Boolean({
    description: 'Guessed: neither the content type nor a byte order mark named it',
  }),
}
const FILE_EXAMPLE = {
  columns: { used: ['Email Address', 'First Name', 'Status'], ignored: ['Birthday'] },
  errors: [{ line: 5, message: '"VIP" in "Status" is not understood' }],
  error_count: 1,
  charset: 'utf-8',
  charset_assumed: false,
}
const Report = Type.Object(
  {
    added: Type.Integer(),
    updated: Type.Integer({ description: 'The name has changed' }),
    skipped: Type.Integer({
      description: 'Already on the list, twice in the file, or not brought back: left, bounced or complained',
    }),
    left: Type.Integer({
      description:
        'Marked in the file as left, bounced, complained or not confirmed: on the list, but get no mail',
    }),
    ...FILE_FIELDS,
  },
  {
    description: 'What was done',
    examples: [{ added: 1, updated: 0, skipped: 1, left: 1, ...FILE_EXAMPLE }],
  },
)
const SuppressionReport = Type.Object(
  {
    added: Type.Integer(),
    skipped: Type.Integer({ description: 'Already suppressed, twice in the file, or expired' }),
    ...FILE_FIELDS,
  },
  { description: 'What was done', examples: [{ added: 2, skipped: 1, ...FILE_EXAMPLE }] },
)
/** Only for /doc: the body is read as it arrives. */
const documentedBody = (example: string) => ({
  content: {
    'text/csv': { schema: Type.String({ examples: [example] }) },
    [MULTIPART]: {
      schema: Type.Object(
        { file: Type.String({ description: 'The file, as a form sends one' }) },
        { examples: [{ file: example }] },
      ),
    },
  },
})

type Import = {
  readonly url: string
  readonly summary: string
  readonly description: string
  readonly example: string
  readonly report: TObject
  readonly run: (text: AsyncIterable<string>, options: ImportOptions) => Promise<TableReport>
}

export async function registerSubscriberImport(
  app: FastifyInstance,
  { subscribers, ...deps }: SubscriberImportDeps,
): Promise<void> {
  await registerImport(app, deps, {
    url: '/subscribe/import',
    summary: 'Import a CSV file of any size',
    description:
      "Reads an address and a name, found by column titles in many languages or, without titles, by what is in the columns. An address may be written `Name <address>` or `mailto:address`. Never resubscribes people who left, bounced or complained, here or according to the file: a status column (of this hub's own export, saved by a spreadsheet in any language, or of another tool) brings such people in as left or suppressed, and a word in it that is not understood is an error. The file is UTF-8, UTF-16, or the `charset` of the content type; Korean encodings are recognised without it.",
    example: 'email,name\nann@example.com,Ann Reader\n',
    report: Report,
    run: (text, options) => importSubscribers(subscribers, text, options),
  })
}

export async function registerSuppressionImport(
  app: FastifyInstance,
  { suppressions, ...deps }: Timing & { readonly suppressions: Pick<SuppressionStore, 'putAll'> },
): Promise<void> {
  await registerImport(app, deps, {
    url: '/suppressions/import',
    summary: 'Suppress the addresses of a CSV file',
    description:
      "The hub's own export, or another tool's bounces, complaints and unsubscribes. Without a reason it is `manual`; a reason that is not understood is an error.",
    example: 'email,reason\nann@example.com,complaint\n',
    report: SuppressionReport,
    run: (text, options) => importSuppressions(suppressions, text, options),
  })
}

async function registerImport(app: FastifyInstance, { now, idleMs = IDLE_MS }: Timing, about: Import) {
  const { url, summary, description, report, example, run } = about
  await app.register(async (files) => {
    files.removeAllContentTypeParsers()
    files.addContentTypeParser(['text/csv', MULTIPART], (_request, payload, done) => done(null, payload))
    route(files, `POST ${url}`, {
      config: { longBody: true, documentedBody: documentedBody(example) },
      ...tagged('Mailing list'),
      summary,
      description,
      querystring: Query,
      preValidation: async (request) => refuseSlip(request.query as object),
      response: { 200: report, ...errors(400, 401, 408, 415, 503) },
      handler: async ({ body, headers, query }, reply) => {
        if (!body) throw new HubError('request.unsupported_media_type')
        const dryRun = query.dry_run !== undefined && !['false', '0'].includes(query.dry_run)
        const file = await readFile(body as IncomingMessage, headers['content-type'] ?? '', idleMs, reply)
        const { errorCount, ...done } = await run(file.text, { dryRun, now })
        const { charset, assumed } = file.used()
        return { ...done, error_count: errorCount, charset, charset_assumed: assumed }
      },
    })
  })
}

const DRY = /^dry/i

/** Throws for `?dryrun` and the like, which must not import in earnest. Other parameters that are not known are ignored. */
function refuseSlip(query: object): void {
  const slip = Object.keys(query).find((name) => DRY.test(name) && name !== 'dry_run')
  if (slip !== undefined) throw unknownParameter(slip, Query.properties)
}

/** The same for a form's field. */
function refuseField(name: string): void {
  if (!DRY.test(name)) return
  const message = 'dry_run is no field of the form: ask for a dry run by ?dry_run in the address'
  throw new HubError('request.invalid', { message })
}

/** The CSV file, which is the body itself or a file in a form. */
async function readFile(body: IncomingMessage, contentType: string, idleMs: number, reply: FastifyReply) {
  charsetOf(contentType) // refuses an unknown charset before anything is read
  const chunks = readWithin(body, idleMs, () => hangUpAfter(reply, body))
  if (!contentType.toLowerCase().startsWith(MULTIPART)) return decodeText(chunks, charsetOf(contentType))
  const file = await firstFile(chunks, contentType, refuseField)
  return decodeText(file.chunks, charsetOf(file.contentType))
}

/** The pieces of a body as they arrive; calls `onIdle` and throws if the next one takes too long. */
async function* readWithin(
  body: IncomingMessage,
  idleMs: number,
  onIdle: () => void,
): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const { done, value } = await within(idleMs, chunks.next(), () => {
        onIdle()
        throw new HubError('request.timeout')
      })
      if (done) return
      yield value as Buffer
    }
  } finally {
    // After a failed import the rest of the body is dropped, so that the client gets to read its answer.
    // It flows once the iterator no longer listens: https://nodejs.org/api/stream.html#readableresume
    void chunks.return?.().then(() => body.resume())
  }
}

/** Closes the connection once the client has its answer, without waiting for the rest of the body. */
function hangUpAfter(reply: FastifyReply, body: IncomingMessage): void {
  reply.header('connection', 'close').raw.once('finish', () => body.destroy())
}
