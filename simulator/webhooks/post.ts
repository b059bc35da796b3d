// Posts one request as Mandrill does: a plain HTTP client that knows 200 and not-200, and nothing else.
import { Agent, request } from 'node:http'

type Answer = {
  /** The status, or the error's code when there was no answer. */
  readonly result: string
  readonly body: string
}

export type Poster = {
  send(method: 'HEAD' | 'POST', headers?: Readonly<Record<string, string>>, body?: Buffer): Promise<Answer>
  close(): void
}

/** `timeoutMs`: how long a connection may stay silent before it counts as lost. */
export function openPoster(url: string, connections: number, timeoutMs: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: (method, headers = {}, body) =>
      new Promise((resolve) => {
        const failed = (error: NodeJS.ErrnoException) =>
          resolve({ result: error.code ?? error.message, body: '' })
        const call = request(url, { method, agent, headers, timeout: timeoutMs }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          // A connection may break off inside the answer: that is no answer.
          response.on('error', failed)
          response.on('end', () =>
            resolve({ result: String(response.statusCode), body: Buffer.concat(chunks).toString() }),
          )
        })
        call.on('timeout', () => call.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
        call.on('error', failed)
        call.end(body)
      }),
    close: () => agent.destroy(),
  }
}
