// A socket client that keeps what it was told, and waits for conditions.
import { WebSocket, type ClientOptions } from 'ws'
import { PATIENCE_MS } from './eventually.ts'

export type Frame = {
  readonly type: string
  readonly cursor: string
  readonly kind: string
  readonly code: string
  readonly live: boolean
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly data: { readonly _id?: string; readonly [key: string]: unknown }
}

export type TestSocket = {
  readonly frames: readonly Frame[]
  /** `_id`s of the events, in the order they came. */
  ids(): (string | undefined)[]
  /** Waits until the condition holds, over everything that has come. */
  until(condition: (frames: readonly Frame[]) => boolean): Promise<void>
  first(type: string): Promise<Frame>
  send(message: unknown): void
  closed: Promise<{ code: number; reason: string }>
  readonly ws: WebSocket
}

/** Resolves when the socket is open; rejects with the status when the server refuses the upgrade. */
export async function openSocket(
  address: string,
  query = '',
  options: ClientOptions = {},
): Promise<TestSocket> {
  const ws = new WebSocket(`ws://${address}/ws/email${query && `?${query}`}`, options)
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  ws.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as Frame)
    for (const look of waiting) look()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
    ws.once('unexpected-response', (_request, response) =>
      reject(new Error(`refused: ${response.statusCode}`)),
    )
  })
  ws.on('error', () => {})
  const until = (condition: (frames: readonly Frame[]) => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not within ${PATIENCE_MS} ms; came: ${JSON.stringify(frames.slice(-5))}`)),
        PATIENCE_MS,
      )
      const look = () => {
        if (!condition(frames)) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return {
    ws,
    frames,
    closed,
    until,
    ids: () => frames.filter((frame) => frame.type === 'event').map((frame) => frame.data._id),
    async first(type) {
      await until((all) => all.some((frame) => frame.type === type))
      return frames.find((frame) => frame.type === type) as Frame
    },
    send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
  }
}
