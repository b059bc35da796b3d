// Sends a file of any size, page by page, as fast as the client reads it.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csvHead } from '../../../core/csv/write.ts'
import { addVary } from './errors.ts'

export type FileType = 'text/csv' | 'application/x-ndjson'

/** The first of `types` that the client accepts. To be called for every answer of such a route, since it sets `Vary`. */
export function wantedFile<T extends FileType>(reply: FastifyReply, types: readonly T[]): T | undefined {
  addVary(reply, 'Accept')
  const accepted = (reply.request.headers.accept ?? '').toLowerCase()
  return types.find((type) => accepted.includes(type))
}

export const wantsCsv = (reply: FastifyReply): boolean => wantedFile(reply, ['text/csv']) !== undefined

type Pages<Row> = {
  /** The rows after a row, or the first ones; empty: there are no more. */
  readonly page: (after: Row | undefined) => Promise<readonly Row[]>
  /** The rows of a full page: a shorter one is the last. 1: only an empty page tells the end. */
  readonly full: number
  /** With its line end. */
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

/** Reads the first page before it answers, so that an outage is an error and not a broken file. */
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
