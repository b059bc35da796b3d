// Compresses the page's text files, each once: its many small modules cross the network in a third of their size.
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addVary } from '../server/errors.ts'

const TEXT = /^(text\/|application\/javascript|image\/svg\+xml)/
/** A page has fewer files; views have endless addresses of one file. */
const MOST_KEPT = 300

/** For the routes of this scope, which answer with files. */
export function compressTexts(app: FastifyInstance): void {
  const kept = new Map<string, Buffer>()
  app.addHook('onSend', async (request, reply, payload) => {
    if (!TEXT.test(String(reply.getHeader('content-type')))) return payload
    addVary(reply, 'Accept-Encoding')
    if (reply.statusCode !== 200 || !(payload instanceof Readable) || !wantsGzip(request)) return payload
    const key = `${request.url} ${String(reply.getHeader('etag'))}`
    const small = kept.get(key) ?? (await promisify(gzip)(await buffer(payload)))
    payload.destroy()
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, small)
    reply
      .header('content-encoding', 'gzip')
      .header('content-length', small.length)
      .removeHeader('accept-ranges')
    return small
  })
}

// A part of a file (Range) is a part of the file as it is.
function wantsGzip({ method, headers }: FastifyRequest): boolean {
  const accepted = /(?:^|[ ,])(?:gzip|\*)(?! *; *q=0(?:\.0*)?(?:$|[ ,]))/i.test(
    String(headers['accept-encoding']),
  )
  return method === 'GET' && headers.range === undefined && accepted
}
