// Sends a file of any size, page by page, as fast as the client reads it.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csvHead } from '../../../core/csv/write.ts'
import { addVary } from './errors.ts'

export type FileType = 'text/csv' | 'application/x-ndjson'

const ANY_TYPE = ['application/*', '*/*']

/** The one of `types` that the client prefers to JSON. To be called for every answer of such a route, since it sets `Vary`. */
export function wantedFile<T extends FileType>(reply: FastifyReply, types: readonly T[]): T | undefined {
  addVary(reply, 'Accept')
  const accepted = acceptedTypes(reply.request.headers.accept ?? '')
  const first = accepted.find((type) => JSON_TYPES.includes(type) || types.some((each) => each === type))
  return types.find((type) => type === first)
}

/** What a client gets as JSON. */
const JSON_TYPES = ['application/json', ...ANY_TYPE]

/** The one it likes best first: RFC 9110, section 12.5.1. One that it names goes before any. */
function acceptedTypes(header: string): string[] {
  const ranges = header
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      const q = parameters.find((each) => each.startsWith('q='))?.slice(2)
      return { type, q: q === undefined ? 1 : Number(q), isAny: ANY_TYPE.includes(type) }
    })
  const wanted = ranges.filter(({ q }) => q > 0)
  return wanted.sort((a, b) => b.q - a.q || Number(a.isAny) - Number(b.isAny)).map(({ type }) => type)
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
