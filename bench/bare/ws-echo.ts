// The usual way to push: Fastify and `ws`; the frames of a POST are sent to each socket, one send a frame.
import Fastify from 'fastify'
import { WebSocketServer } from 'ws'

const app = Fastify({ keepAliveTimeout: 0, bodyLimit: 32 * 1024 * 1024 })
const sockets = new WebSocketServer({ noServer: true })
app.server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
})
app.get('/', () => ({ ok: true }))
app.post<{ Body: { frames: readonly string[] } }>('/push', (request) => {
  for (const frame of request.body.frames) for (const client of sockets.clients) client.send(frame)
  return { sent: request.body.frames.length }
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
