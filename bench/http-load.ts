// A minimal HTTP client over raw TCP: sends ready-made requests and reads answers just far enough to know their end.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Connection = {
  /** Sends a whole request and waits for its answer. Throws for any answer that is no 2xx. */
  exchange(request: Buffer): Promise<void>
  close(): void
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    if (!isWhole(received)) return
    const answer = received
    received = ''
    if (answer.startsWith('HTTP/1.1 2')) settle?.resolve()
    else settle?.reject(new Error(`the server answered: ${answer.slice(0, 400)}`))
  })
  socket.on('error', () => {})
  socket.on('close', () => settle?.reject(new Error('the server closed the connection')))
  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the server had closed the connection'))
        settle = { resolve, reject }
        writeAll(socket, request)
      }),
    close: () => socket.destroy(),
  }
}

function writeAll(socket: Socket, request: Buffer): void {
  // The caller writes its next request over these bytes: what the kernel has not taken at once must be a copy.
  const copied = request.length > 16_384 ? Buffer.from(request) : request
  socket.write(copied)
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const length = /content-length: (\d+)/i.exec(answer)?.[1]
  if (length) return answer.length >= headEnd + 4 + Number(length)
  return !/transfer-encoding: chunked/i.test(answer) || answer.endsWith('0\r\n\r\n')
}

/** Sends `next()` over and over on every connection for `ms`; tells how many requests were answered. */
export async function exchangeFor(
  ms: number,
  connections: readonly Connection[],
  next: () => Buffer,
): Promise<number> {
  const end = performance.now() + ms
  let count = 0
  const keepSending = async (connection: Connection) => {
    while (performance.now() < end) {
      await connection.exchange(next())
      count += 1
    }
  }
  await Promise.all(connections.map(keepSending))
  return count
}
