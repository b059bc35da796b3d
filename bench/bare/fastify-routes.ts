// Fastify and nothing else, with as many routes as the hub has: what a start, and being there, cost at least.
import Fastify from 'fastify'

const ROUTES = 90
const app = Fastify()
app.get('/', () => ({ ok: true }))
for (let n = 0; n < ROUTES; n++) app.get(`/api/things-${n}/:id`, () => ({ n }))
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
