// The bare platform under the hook: node:http that reads the whole body and answers, nothing else.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    response.setHeader('Content-Type', 'application/json')
    response.end(`{"bytes":${body.length}}`)
  })
})
// The load's connections stay open while others are measured.
server.keepAliveTimeout = 0
server.listen(Number(process.env.PORT), '127.0.0.1')
