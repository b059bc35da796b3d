// Raw connections to a hub, as somebody opens them who means it no good, and real batches beside them.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { webhookRequest } from '../../simulator/webhooks/batch.ts'
import { KEY, WEBHOOK_URL } from './hub.ts'

export type Stranger = {
  readonly socket: Socket
  /** What the hub has said to it. */
  heard(): string
  isClosed(): boolean
  readonly closed: Promise<void>
}

/** A connection on which this has been sent. */
export async function stranger(address: string, text: string | Buffer): Promise<Stranger> {
  const [host, port] = address.split(':') as [string, string]
  const socket = connect(Number(port), host)
  let heard = ''
  let isClosed = false
  socket.setEncoding('utf8').on('data', (part) => (heard += String(part)))
  socket.on('error', () => {}) // 'close' follows, and is what counts
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      isClosed = true
      resolve()
    }),
  )
  // An error ends the wait for anything else.
  const until = (event: string) => Promise.race([once(socket, event), closed]).catch(() => closed)
  await until('connect')
  if (!socket.write(text)) await until('drain')
  return { socket, heard: () => heard, isClosed: () => isClosed, closed }
}

/** The head of a request, with these headers besides. */
export function head(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n')
}

/** The head of a webhook with a signature that nothing tells from a right one before its body is there. */
export function seemingWebhook(...headers: string[]): string {
  return head(
    'POST /api/hook',
    'content-type: application/x-www-form-urlencoded',
    'x-mandrill-signature: x7ik3neOSEZ5vFDtnuPkNpnGgSM=',
    ...headers,
  )
}

/** Posts a signed batch of about so many bytes over a connection of its own; its status. */
export async function postBatch(address: string, bytes: number): Promise<number> {
  const event = { event: 'send', _id: crypto.randomUUID(), msg: { pad: 'x'.repeat(bytes) } }
  const { headers, body } = webhookRequest(JSON.stringify([event]), { key: KEY, webhookUrl: WEBHOOK_URL })
  const request = { method: 'POST', headers: { ...headers, connection: 'close' }, body }
  return (await fetch(`http://${address}/api/hook`, request)).status
}
