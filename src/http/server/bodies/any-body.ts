// Bodies that are taken whatever they are, and not read: a mail program's one-click form, or nothing at all.
import type { FastifyInstance } from 'fastify'

const BODY_LIMIT = 64 * 1024

export function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Whatever its sender calls it, or cannot spell: Fastify would answer 415 to what is no content type.
  app.addHook(
    'onRequest',
    async ({ headers }) => void (headers['content-type'] &&= 'application/octet-stream'),
  )
  const asBytes = { parseAs: 'buffer', bodyLimit: BODY_LIMIT } as const
  app.addContentTypeParser('*', asBytes, (_request, _body, done) => done(null, undefined))
}
