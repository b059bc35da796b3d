// The usual way to take a webhook: Fastify, its form parser, JSON.parse, and one XADD an event. No signature is checked,
// nothing is deduplicated or archived.
import { createRequire } from 'node:module'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import { Redis } from 'ioredis'

const BODY_LIMIT = 32 * 1024 * 1024
const peers = createRequire(new URL('../peers/package.json', import.meta.url))
const formbody = peers('@fastify/formbody') as FastifyPluginAsync<{ bodyLimit: number }>
const app = Fastify({ keepAliveTimeout: 0, bodyLimit: BODY_LIMIT })
await app.register(formbody, { bodyLimit: BODY_LIMIT })
const redis = new Redis(Number(process.env.REDIS_PORT), '127.0.0.1', { enableAutoPipelining: true })

app.get('/', () => ({ ok: true }))
app.post<{ Body: { mandrill_events: string } }>('/api/hook', async (request) => {
  const events = JSON.parse(request.body.mandrill_events) as object[]
  await Promise.all(events.map((event) => redis.xadd('events', '*', 'event', JSON.stringify(event))))
  return { accepted: events.length }
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
