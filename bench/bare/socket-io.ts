// Push with socket.io: each event of a POST is emitted to all, as one that uses it would.
import { createRequire } from 'node:module'
import { createServer } from 'node:http'

type Io = { emit(name: string, text: string): void }
type SocketIo = { Server: new (server: unknown, options: object) => Io }
const { Server } = createRequire(new URL('../peers/package.json', import.meta.url))('socket.io') as SocketIo

const server = createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('{}')
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { frames } = JSON.parse(Buffer.concat(chunks).toString()) as { frames: string[] }
    for (const frame of frames) io.emit('event', frame)
    response.setHeader('Content-Type', 'application/json')
    response.end('{"ok":true}')
  })
})
server.keepAliveTimeout = 0
const io = new Server(server, { transports: ['websocket'], pingInterval: 600_000 })
server.listen(Number(process.env.PORT), '127.0.0.1')
