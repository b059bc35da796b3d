// POST /subscribe/import: a CSV file of any size, read as it comes and never held in memory.
import type { IncomingMessage } from 'node:http'
import { TextDecoder } from 'node:util'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type, type Static } from 'typebox'
import { HubError } from '../core/errors.ts'
import { importCsv } from '../core/list/import.ts'
import type { SubscriberStore } from '../core/list/ports.ts'
import { errors, oneOf, tagged } from './schemas.ts'

export type SubscriberImportDeps = {
  readonly subscribers: Pick<SubscriberStore, 'import'>
  readonly now: () => number
  readonly idleMs?: number
}

/** A client that sends nothing for so long is let go; however long the whole file takes. */
const IDLE_MS = 60_000
const ENCODING = /;\s*charset\s*=\s*"?([\w:.-]+)"?/i

const Query = Type.Object({
  dry_run: Type.Optional(
    oneOf(['', 'true', '1', 'false', '0'], { description: 'Only tell what would be done' }),
  ),
})
const REPORT = {
  added: Type.Integer(),
  updated: Type.Integer({ description: 'The name has changed' }),
  skipped: Type.Integer({
    description: 'On the list already, named twice, or not to be brought back: left, bounced, complained',
  }),
  left: Type.Integer({
    description:
      "By the file's own word they left, bounced, complained or never confirmed: on the list, and get no mail",
  }),
  columns: Type.Object(
    { used: Type.Array(Type.String()), ignored: Type.Array(Type.String()) },
    { description: "The file's columns, by their titles: what was read, and what was not" },
  ),
  errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }), {
    description: 'Lines that cannot be read, the first 1,000',
  }),
  error_count: Type.Integer({ description: 'All of them' }),
}
const Report = Type.Object(REPORT, {
  description: 'What was done',
  examples: [
    {
      added: 1,
      updated: 0,
      skipped: 1,
      left: 1,
      columns: { used: ['Email Address', 'First Name', 'Status'], ignored: ['Birthday'] },
      errors: [{ line: 5, message: 'What the word of "Status" says is not understood: "VIP"' }],
      error_count: 1,
    },
  ],
})
/** Only for /doc: the body is read as it comes. */
const documentedBody = {
  content: {
    'text/csv': { schema: Type.String({ examples: ['email,name\nann@example.com,Ann Reader\n'] }) },
  },
}

export async function registerSubscriberImport(
  app: FastifyInstance,
  { subscribers, now, idleMs = IDLE_MS }: SubscriberImportDeps,
): Promise<void> {
  await app.register(async (files) => {
    files.removeAllContentTypeParsers()
    files.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
    files.post<{ Querystring: Static<typeof Query>; Body: IncomingMessage }>(
      '/subscribe/import',
      {
        config: { longBody: true, documentedBody },
        schema: {
          ...tagged('Mailing list'),
          summary: 'Import a CSV file of any size',
          description:
            "An address and a name, found by titles in many languages, or by what is in the columns where there are none. Never re-subscribes who left, bounced or complained, here or by the file's own word: a status column (the list's own file, saved by a spreadsheet in whatever language, or another tool's) brings such a person in as left or suppressed, and a word in it that is not understood is an error.",
          querystring: Query,
          response: { 200: Report, ...errors(400, 401, 408, 415, 503) },
        },
      },
      async ({ body, headers, query }, reply) => {
        if (!body || headers['content-encoding'] !== undefined)
          throw new HubError('request.unsupported_media_type')
        const dryRun = query.dry_run !== undefined && !['false', '0'].includes(query.dry_run)
        const chunks = readWithin(body, idleMs, () => hangUpAfter(reply, body))
        const pieces = decoded(chunks, decoderFor(headers['content-type'] ?? ''))
        const { errorCount, ...report } = await importCsv(subscribers, pieces, { dryRun, now })
        return { ...report, error_count: errorCount }
      },
    )
  })
}

function decoderFor(contentType: string): TextDecoder {
  try {
    return new TextDecoder(ENCODING.exec(contentType)?.[1] ?? 'utf-8')
  } catch {
    throw new HubError('request.unsupported_media_type')
  }
}

async function* decoded(chunks: AsyncIterable<Buffer>, decoder: TextDecoder): AsyncGenerator<string> {
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

/** The pieces of a body as they come, none of them later than so long after the one before. */
async function* readWithin(
  body: IncomingMessage,
  idleMs: number,
  onIdle: () => void,
): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const { done, value } = await withinTime(chunks.next(), idleMs, onIdle)
      if (done) return
      yield value as Buffer
    }
  } finally {
    // A failed import does not read on: what still comes is dropped, so that the client comes to its answer.
    // It flows once the iterator no longer listens: https://nodejs.org/api/stream.html#readableresume
    void chunks.return?.().then(() => body.resume())
  }
}

async function withinTime<T>(next: Promise<T>, ms: number, onIdle: () => void): Promise<T> {
  const { promise: idle, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    onIdle()
    reject(new HubError('request.timeout'))
  }, ms)
  try {
    return await Promise.race([next, idle])
  } finally {
    clearTimeout(timer)
  }
}

/** The rest of the body is not waited for once the client has its answer. */
function hangUpAfter(reply: FastifyReply, body: IncomingMessage): void {
  reply.header('connection', 'close').raw.once('finish', () => body.destroy())
}
