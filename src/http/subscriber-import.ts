// POST /subscribe/import: a CSV file of any size, read as it comes and never held in memory.
import type { IncomingMessage } from 'node:http'
import { TextDecoder } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { HubError } from '../core/errors.ts'
import { importCsv } from '../core/list/import.ts'
import type { SubscriberStore } from '../core/list/ports.ts'
import { errors, tagged } from './schemas.ts'

export type SubscriberImportDeps = {
  readonly subscribers: Pick<SubscriberStore, 'import'>
  readonly now: () => number
}

/** A client that sends nothing for so long is let go; however long the whole file takes. */
const IDLE_MS = 60_000
const ENCODING = /;\s*charset\s*=\s*"?([\w:.-]+)"?/i

const Query = Type.Object({
  dry_run: Type.Optional(
    Type.Union(
      [Type.Literal(''), Type.Literal('true'), Type.Literal('1'), Type.Literal('false'), Type.Literal('0')],
      {
        description: 'Only tell what would be done',
      },
    ),
  ),
})
const Report = Type.Object({
  added: Type.Integer(),
  updated: Type.Integer({ description: 'The name has changed' }),
  skipped: Type.Integer({
    description: 'On the list already, named twice, or not to be brought back: left, bounced, complained',
  }),
  errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }), {
    description: 'Lines that cannot be read, the first 1,000',
  }),
  error_count: Type.Integer({ description: 'All of them' }),
})

export async function registerSubscriberImport(
  app: FastifyInstance,
  { subscribers, now }: SubscriberImportDeps,
): Promise<void> {
  await app.register(async (files) => {
    files.removeAllContentTypeParsers()
    files.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
    files.post<{ Querystring: Static<typeof Query>; Body: IncomingMessage }>(
      '/subscribe/import',
      {
        config: { longBody: true },
        schema: {
          ...tagged('Mailing list'),
          summary: 'Import a CSV file of any size',
          description:
            "Columns `email` and `name`, found by a header in any order, or else the first and the second. Others are ignored, except `subscribed` and `suppressed` as in the list's own file: who left or is suppressed there is skipped. Never re-subscribes who left, bounced or complained.",
          consumes: ['text/csv'],
          querystring: Query,
          response: { 200: Report, ...errors(400, 401, 408, 415, 503) },
        },
      },
      async ({ body, headers, query }) => {
        if (!body || headers['content-encoding'] !== undefined)
          throw new HubError('request.unsupported_media_type')
        const dryRun = query.dry_run !== undefined && !['false', '0'].includes(query.dry_run)
        const pieces = decoded(body, decoderFor(headers['content-type'] ?? ''))
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

async function* decoded(body: IncomingMessage, decoder: TextDecoder): AsyncGenerator<string> {
  const chunks = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await withinTime(body, chunks.next())
      if (done) break
      yield decoder.decode(value as Buffer, { stream: true })
    }
    yield decoder.decode()
  } finally {
    // A failed import does not read on: what still comes is dropped.
    body.resume()
  }
}

async function withinTime<T>(body: IncomingMessage, next: Promise<T>): Promise<T> {
  const timer = setTimeout(() => body.destroy(new HubError('request.timeout')), IDLE_MS)
  try {
    return await next
  } finally {
    clearTimeout(timer)
  }
}
