// Compresses answers of a kilobyte or more, by br or gzip.
// No answer holds both a secret and a stranger's words (BREACH): other sites' requests do not carry the session cookie.
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Larger answers are compressed by other threads. */
const AT_ONCE = 8 * 1024
/** Takes as long as gzip; the window bounds the memory of one answer. */
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 }

/** Requests are not decompressed: their signatures and limits are about the bytes as they come. */
export async function registerCompression(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    brotliOptions: { params: BROTLI },
    syncThreshold: AT_ONCE,
    customTypes: /^text\/|json\b/, // and those that mime-db knows as compressible
    globalDecompression: false,
  })
}
