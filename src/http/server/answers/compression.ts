// Answers cross the network small: text and data of a kilobyte or more, by br or gzip.
// No answer has both a secret and a stranger's words in it (BREACH): a session is a cookie that no other site's request brings.
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Larger ones are compressed by other threads. */
const AT_ONCE = 8 * 1024
/** Costs as much time as gzip; the window bounds what one answer holds in memory. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 }

/** Bodies of requests are taken as they come: what they are signed with, and their bounds, are about those bytes. */
export async function registerCompression(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    brotliOptions: { params: BROTLI },
    syncThreshold: AT_ONCE,
    customTypes: /^text\/|json\b/, // and those that mime-db knows as compressible
    globalDecompression: false,
  })
}
