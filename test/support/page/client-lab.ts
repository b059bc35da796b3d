// /client.js with a socket and a clock that the test plays the hub with.
import { afterEach, beforeEach, vi } from 'vitest'
import { connect, type ConnectionState, type Options } from '../../../public/client.js'

/** A socket that the test plays the hub for. */
export class FakeSocket extends EventTarget {
  static all: FakeSocket[] = []
  readonly url: URL
  readonly sent: string[] = []
  readyState = 0
  constructor(url: string | URL) {
    super()
    this.url = new URL(url)
    FakeSocket.all.push(this)
  }
  open(): this {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
    return this
  }
  say(...frames: readonly object[]): this {
    for (const frame of frames)
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }))
    return this
  }
  end(code: number, reason = ''): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }))
  }
  send(text: string): void {
    this.sent.push(text)
  }
  close(): void {
    this.readyState = 3
  }
}

export const hello = { type: 'hello', cursor: '5-1' }
export const event = (seq: number) => ({ type: 'event', cursor: `5-${seq}`, kind: 'sent', data: { n: seq } })
export const position = (seq: number, live = true) => ({ type: 'position', cursor: `5-${seq}`, live })
export const soon = () => vi.advanceTimersByTimeAsync(0)
export const socket = (index: number) => FakeSocket.all.at(index) as FakeSocket

/** A clock that the test moves, and the longest of all delays. */
export function useClientLab(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    FakeSocket.all = []
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

export async function open(options: Partial<Options> = {}) {
  const states: ConnectionState[] = []
  const events: string[] = []
  const connection = connect({
    url: 'https://hub.example.com',
    WebSocket: FakeSocket,
    onState: (state) => states.push(state),
    onEvent: ({ cursor }) => events.push(cursor),
    ...options,
  })
  await soon()
  return { connection, states, events, words: () => states.map(({ state }) => state) }
}
