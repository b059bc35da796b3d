// Answers that are one file of any size: page by page, as fast as the client takes it.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csvHead } from '../../../core/csv/write.ts'
import { addVary } from './errors.ts'

export type FileType = 'text/csv' | 'application/x-ndjson'

/** The first of `types` that is asked for. To be called before every answer of such a route: each is another one for another Accept. */
export function wantedFile<T extends FileType>(reply: FastifyReply, types: readonly T[]): T | undefined {
  addVary(reply, 'Accept')
  const accepted = (reply.request.headers.accept ?? '').toLowerCase()
  return types.find((type) => accepted.includes(type))
}

export const wantsCsv = (reply: FastifyReply): boolean => wantedFile(reply, ['text/csv']) !== undefined

type Pages<Row> = {
  /** The rows after one, or the first ones; none: that was all. */
  readonly page: (after: Row | undefined) => Promise<readonly Row[]>
  /** So many rows are a page: fewer are the last one. 1: only a page without rows tells that it was. */
  readonly full: number
  /** With its end. */
  readonly toLine: (row: Row) => string
}

export function sendCsv<Row>(
  reply: FastifyReply,
  name: string,
  { columns, ...pages }: Pages<Row> & { readonly columns: readonly string[] },
): Promise<FastifyReply> {
  reply.type('text/csv; charset=utf-8')
  return sendLines(reply, `${name}.csv`, csvHead(columns), pages)
}

export function sendNdjson<Row>(reply: FastifyReply, name: string, pages: Pages<Row>): Promise<FastifyReply> {
  reply.type('application/x-ndjson; charset=utf-8')
  return sendLines(reply, `${name}.ndjson`, '', pages)
}

/** Begins when the first page has been read: an outage is still an error then, and not a broken file. */
async function sendLines<Row>(
  reply: FastifyReply,
  name: string,
  head: string,
  { page, full, toLine }: Pages<Row>,
): Promise<FastifyReply> {
  const first = await page(undefined)
  async function* lines() {
    if (head) yield head
    for (let rows = first; rows.length > 0; rows = await page(rows.at(-1))) {
      yield rows.map(toLine).join('')
      if (rows.length < full) return
    }
  }
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(lines(), { objectMode: false }))
}
