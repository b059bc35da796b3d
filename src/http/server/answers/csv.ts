// Answers that are one CSV file of any size: page by page, as fast as the client takes it.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csvHead } from '../../../core/csv/write.ts'
import { addVary } from './errors.ts'

/** Asked of every answer of such a route: it is another one for another Accept. */
export function wantsCsv(reply: FastifyReply): boolean {
  addVary(reply, 'Accept')
  return /\btext\/csv\b/i.test(reply.request.headers.accept ?? '')
}

type Pages<Row> = {
  readonly columns: readonly string[]
  /** The rows after one, or the first ones; none: that was all. */
  readonly page: (after: Row | undefined) => Promise<readonly Row[]>
  /** So many rows are a page: fewer are the last one. 1: only a page without rows tells that it was. */
  readonly full: number
  readonly toLine: (row: Row) => string
}

/** Begins when the first page has been read: an outage is still an error then, and not a broken file. */
export async function sendCsv<Row>(
  reply: FastifyReply,
  name: string,
  { columns, page, full, toLine }: Pages<Row>,
): Promise<FastifyReply> {
  const first = await page(undefined)
  async function* lines() {
    yield csvHead(columns)
    for (let rows = first; rows.length > 0; rows = await page(rows.at(-1))) {
      yield rows.map(toLine).join('')
      if (rows.length < full) return
    }
  }
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .send(Readable.from(lines(), { objectMode: false }))
}
