// Forms with files: the fields of a small one, and the first file of a large one as it comes.
import { HubError } from '../core/errors.ts'

export const MULTIPART = 'multipart/form-data'

/** A part's own headers; one that has more is no file of a browser. */
const HEADERS_LENGTH = 8_192
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i

/** Texts by their names; of a field that comes more than once, the last counts. Files are left out. */
export async function readMultipart(body: Buffer, contentType: string): Promise<Record<string, string>> {
  const form = await parsed(body, contentType)
  return Object.fromEntries(
    [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}

async function parsed(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  } catch (cause) {
    throw new HubError('request.invalid', { message: 'The body is no multipart form', cause })
  }
}

export type UploadedFile = { readonly contentType: string; readonly chunks: AsyncIterable<Buffer> }

/** The file of a form (RFC 7578), whatever its size and its field's name. Throws request.invalid where there is none. */
export async function firstFile(body: AsyncIterable<Buffer>, contentType: string): Promise<UploadedFile> {
  const boundary = BOUNDARY.exec(contentType)
  if (!boundary) throw noFile()
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`)
  const chunks = body[Symbol.asyncIterator]()
  let held: Buffer = Buffer.from('\r\n') // the first boundary may begin the body
  const more = async (): Promise<boolean> => {
    const { done, value } = await chunks.next()
    if (!done) held = Buffer.concat([held, value])
    return !done
  }

  /** What comes before a mark, in pieces; the mark is passed over. */
  async function* upTo(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(mark)
      const end = at < 0 ? Math.max(0, held.length - mark.length + 1) : at
      if (end > 0) yield held.subarray(0, end)
      held = held.subarray(at < 0 ? end : at + mark.length)
      if (at >= 0) return
      if (!(await more()))
        throw new HubError('request.invalid', { message: 'The form ends in the middle of a part' })
    }
  }

  /** undefined: that was the last part. */
  async function headers(): Promise<string | undefined> {
    while (held.length < 2) if (!(await more())) throw noFile()
    if (held.toString('latin1', 0, 2) === '--') return undefined
    let text = ''
    for await (const piece of upTo(Buffer.from('\r\n\r\n'))) {
      text += piece.toString()
      if (text.length > HEADERS_LENGTH) throw noFile()
    }
    return text
  }

  async function* file(): AsyncGenerator<Buffer> {
    try {
      yield* upTo(delimiter)
    } finally {
      await chunks.return?.()
    }
  }

  try {
    for (;;) {
      for await (const _ of upTo(delimiter)); // a preamble, or a field that is no file
      const head = await headers()
      if (head === undefined) throw noFile()
      if (!/filename\*?=/i.test(head)) continue
      return { contentType: /^content-type:\s*(.*)$/im.exec(head)?.[1]?.trim() ?? '', chunks: file() }
    }
  } catch (error) {
    await chunks.return?.()
    throw error
  }
}

const noFile = () => new HubError('request.invalid', { message: 'The form holds no file' })
