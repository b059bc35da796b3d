// Reads multipart/form-data (RFC 7578) as it arrives: the fields of a small form, or the first file of a large one.
// The platform's own parser needs the whole body, and boundaries of at least 27 characters; some clients use shorter ones.
// @fastify/busboy (3.2) does not tell the charset of a file's part, which an import needs.
import { HubError } from '../../../core/errors.ts'

export const MULTIPART = 'multipart/form-data'

/** The longest headers of a part; more is no form. */
const HEADERS_LENGTH = 8_192
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i
const NAME = /^content-disposition:.*[;\s]name="((?:[^"\\]|\\.)*)"|[;\s]name=([^\s;"]+)/im

type Part = { readonly headers: string; readonly content: AsyncIterable<Buffer> }

/** The fields by name, without files; if one comes more than once, the last counts. Throws request.invalid. */
export async function readMultipart(body: Buffer, contentType: string): Promise<Record<string, string>> {
  const fields: [string, string][] = []
  for await (const { headers, content } of parts(once(body), contentType)) {
    const name = nameOf(headers)
    const pieces: Buffer[] = []
    for await (const piece of content) pieces.push(piece)
    if (name !== undefined && !isFile(headers)) fields.push([name, Buffer.concat(pieces).toString()])
  }
  return Object.fromEntries(fields)
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body
}

function nameOf(headers: string): string | undefined {
  const [, quoted, bare] = NAME.exec(headers) ?? []
  return quoted?.replaceAll('%22', '"') ?? bare
}

const isFile = (headers: string): boolean => /^content-disposition:.*[;\s]filename\*?=/im.test(headers)

type UploadedFile = { readonly contentType: string; readonly chunks: AsyncIterable<Buffer> }

/** The file of a form, whatever its size and its field's name. `onField` sees the names of fields before it. Throws request.invalid where there is none. */
export async function firstFile(
  body: AsyncIterable<Buffer>,
  contentType: string,
  onField: (name: string) => void,
): Promise<UploadedFile> {
  const all = parts(body, contentType)
  for (;;) {
    const { done, value } = await all.next()
    if (done) throw notAForm('The form holds no file')
    const { headers, content } = value
    if (!isFile(headers)) {
      try {
        onField(nameOf(headers) ?? '')
      } catch (error) {
        await all.return(undefined)
        throw error
      }
      continue
    }
    const chunks = async function* (): AsyncGenerator<Buffer> {
      try {
        yield* content
      } finally {
        await all.return(undefined) // nobody reads the parts after it
      }
    }
    return { contentType: /^content-type:\s*(.*)$/im.exec(headers)?.[1]?.trim() ?? '', chunks: chunks() }
  }
}

/** The parts, one after the other. What was not read of a part is skipped when the next one is requested. */
async function* parts(body: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<Part, undefined> {
  const boundary = BOUNDARY.exec(contentType)
  const delimiter = Buffer.from(`\r\n--${boundary?.[1] ?? boundary?.[2]}`)
  const chunks = body[Symbol.asyncIterator]()
  let held: Buffer = Buffer.from('\r\n') // the first boundary may begin the body

  async function more(): Promise<void> {
    const { done, value } = await chunks.next()
    if (done) throw notAForm('The body is not a multipart form, or ends in the middle of one')
    held = Buffer.concat([held, value])
  }

  /** The bytes before a mark, in pieces. Consumes the mark, too. */
  async function* upTo(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(mark)
      const end = at < 0 ? Math.max(0, held.length - mark.length + 1) : at
      const piece = held.subarray(0, end)
      held = held.subarray(at < 0 ? end : at + mark.length)
      if (end > 0) yield piece
      if (at >= 0) return
      await more()
    }
  }

  async function headersOf(): Promise<string> {
    const pieces: Buffer[] = []
    held = Buffer.concat([Buffer.from('\r\n'), held.subarray(held.indexOf('\n') + 1)])
    for await (const piece of upTo(Buffer.from('\r\n\r\n'))) {
      pieces.push(piece)
      if (Buffer.concat(pieces).length > HEADERS_LENGTH) throw notAForm('The headers of a part are too long')
    }
    return Buffer.concat(pieces).toString().trim()
  }

  try {
    if (!boundary) throw notAForm('The content type of the form names no boundary')
    for await (const _ of upTo(delimiter)); // what comes before the first part
    for (;;) {
      while (held.length < 2) await more()
      if (held.toString('latin1', 0, 2) === '--') return undefined
      while (!held.includes('\n') && held.length < HEADERS_LENGTH) await more()
      const content = upTo(delimiter)
      yield { headers: await headersOf(), content }
      for await (const _ of content);
    }
  } finally {
    await chunks.return?.()
  }
}

const notAForm = (message: string) => new HubError('request.invalid', { message })
