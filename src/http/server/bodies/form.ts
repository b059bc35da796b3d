// Parses bodies of HTML forms into plain objects of strings.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decodeForm } from '../../../core/events/intake/form.ts'
import { charsetOf } from './charset.ts'
import { MULTIPART, readMultipart } from './multipart.ts'

const FORM = 'application/x-www-form-urlencoded'
export const FORMS = ['application/json', FORM, MULTIPART]

/** Makes the routes of this scope accept forms as well as JSON. If a field comes more than once, the last one counts. */
export function acceptForms(app: FastifyInstance): void {
  if (app.hasContentTypeParser(FORM)) return
  app.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body, done) => {
    const decoder = new TextDecoder(charsetOf(request.headers['content-type'] ?? '') ?? 'utf-8', {
      ignoreBOM: true,
    })
    const fields = decodeForm(withPluses(body as Buffer)).map(
      ({ name, value }) => [decoder.decode(name), decoder.decode(value)] as const,
    )
    // fromEntries makes an own property of any name, even __proto__.
    done(null, Object.fromEntries(fields))
  })
  app.addContentTypeParser(MULTIPART, { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    readMultipart(body, request.headers['content-type'] ?? ''),
  )
}

/** As in queries.ts: an unencoded + inside an address is kept, although forms mean a space by it; around the address it is a space. */
function withPluses(body: Buffer): Buffer {
  const pairs = body.toString('latin1').split('&')
  return Buffer.from(
    pairs.map((pair) => (pair.startsWith('email=') ? within(pair) : pair)).join('&'),
    'latin1',
  )
}

function within(pair: string): string {
  let [from, to] = ['email='.length, pair.length]
  while (pair[from] === '+') from++
  while (to > from && pair[to - 1] === '+') to--
  return pair.slice(0, from) + pair.slice(from, to).replaceAll('+', '%2B') + pair.slice(to)
}
