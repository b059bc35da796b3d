// A tiny hook to send to, on a real port: it takes, refuses or drops as the test says, and counts like the contract.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signature } from '../../simulator/webhooks/batch.ts'

/** drop: breaks the connection off. take-and-drop: stores, and breaks it off before the answer. */
export type Behaviour = 'take' | 'take-and-drop' | 'drop' | number

export type StandIn = {
  readonly url: string
  /** `METHOD signed-with` of every request, in order. */
  readonly seen: string[]
  readonly batches: string[]
  /** Each event's JSON with its occurrence number in the batch. */
  readonly events: Set<string>
  close(): Promise<void>
}

export async function openStandIn(
  keys: readonly string[],
  behave: (postNumber: number) => Behaviour = () => 'take',
): Promise<StandIn> {
  const seen: string[] = []
  const batches: string[] = []
  const events = new Set<string>()
  const server = createServer(async (request, response) => {
    const json = new URLSearchParams(await bodyOf(request)).get('mandrill_events') ?? ''
    const given = request.headers['x-mandrill-signature']
    const key = keys.find((key) => signature(key, url, { mandrill_events: json }) === given)
    seen.push(`${request.method} ${key ?? 'nothing'}`)
    if (request.method === 'HEAD' || json === '[]') return void response.end()
    batches.push(json)
    const behaviour = behave(batches.length)
    if (behaviour === 'take' || behaviour === 'take-and-drop')
      answerStored(response, store(events, json), behaviour)
    else if (behaviour === 'drop') request.socket.destroy()
    else response.writeHead(behaviour).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/hook`
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  return { url, seen, batches, events, close }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function store(events: Set<string>, json: string): { accepted: number; duplicates: number } {
  const before = events.size
  const inBatch = new Map<string, number>()
  const payloads: unknown[] = JSON.parse(json)
  for (const payload of payloads) {
    const text = JSON.stringify(payload)
    const occurrence = (inBatch.get(text) ?? 0) + 1
    inBatch.set(text, occurrence)
    events.add(`${text}#${occurrence}`)
  }
  const accepted = events.size - before
  return { accepted, duplicates: payloads.length - accepted }
}

function answerStored(response: ServerResponse, counts: object, behaviour: 'take' | 'take-and-drop'): void {
  if (behaviour === 'take') response.end(JSON.stringify({ ...counts, quarantined: 0 }))
  else response.destroy()
}
