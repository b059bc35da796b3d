// The framework under the hook: one Fastify route that is given the body as a buffer.
import Fastify from 'fastify'

const app = Fastify({ keepAliveTimeout: 0, bodyLimit: 32 * 1024 * 1024 })
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'buffer' },
  (_request, body: Buffer, done) => done(null, body),
)
app.get('/', () => ({ ok: true }))
app.post<{ Body: Buffer }>('/api/hook', (request) => ({ bytes: request.body.length }))
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
