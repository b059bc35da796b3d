// Bodies of HTML forms, as plain objects of texts.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decodeForm } from '../../../core/events/intake/form.ts'
import { charsetOf } from './charset.ts'
import { MULTIPART, readMultipart } from './multipart.ts'

const FORM = 'application/x-www-form-urlencoded'
export const FORMS = ['application/json', FORM, MULTIPART]

/** Makes the routes of this scope take forms as well as JSON. Of a field that comes more than once, the last counts. */
export function acceptForms(app: FastifyInstance): void {
  if (app.hasContentTypeParser(FORM)) return
  app.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body, done) => {
    const decoder = new TextDecoder(charsetOf(request.headers['content-type'] ?? '') ?? 'utf-8', {
      ignoreBOM: true,
    })
    const fields = decodeForm(withPluses(body as Buffer)).map(
      ({ name, value }) => [decoder.decode(name), decoder.decode(value)] as const,
    )
    // Entries make own properties of every name, __proto__ too.
    done(null, Object.fromEntries(fields))
  })
  app.addContentTypeParser(MULTIPART, { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    readMultipart(body, request.headers['content-type'] ?? ''),
  )
}

/** As in queries.ts: within an address an unencoded + is one, though a form means a blank by it, as it does around it. */
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
