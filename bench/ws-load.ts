// Many WebSocket clients over raw TCP that only count frames: a load that costs far less than what it measures.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

type Listeners = {
  /** Counts from nought again. */
  begin(): void
  /** Resolves when every socket has got so many event frames since then. */
  until(frames: number): Promise<void>
  close(): void
}

export type ListenOptions = {
  readonly port: number
  /** Of each socket by its number. */
  readonly path: (index: number) => string
  readonly count: number
  readonly token?: string
  /** Frames whose payload begins with this are counted; hellos and positions are not. */
  readonly counts?: string
  /** What a socket says first. */
  readonly says?: string
}

const EVENT_START = '{"type":"event"'
const PING = 0x9
/** An empty pong, masked as a client's frames must be: a hub lets go of those who do not answer its pings. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

export async function openListeners({
  port,
  path,
  count,
  token = '',
  counts = EVENT_START,
  says,
}: ListenOptions): Promise<Listeners> {
  const round = { missing: 0, wanted: 0, done: () => {}, failed: (_error: Error) => {} }
  const got: number[] = []
  const onEvent = (index: number) => {
    got[index] = (got[index] ?? 0) + 1
    if (got[index] === round.wanted && --round.missing === 0) round.done()
  }
  const sockets: Socket[] = []
  for (let index = 0; index < count; index++) {
    got.push(0)
    const socket = await openSocket(port, upgradeRequest(path(index), token), counts, () => onEvent(index))
    if (says !== undefined) socket.write(masked(says))
    socket.on('close', () => round.failed(new Error('a socket was closed')))
    sockets.push(socket)
  }
  return {
    begin() {
      got.fill(0)
      round.wanted = 0
    },
    until: (frames) =>
      new Promise((done, failed) => {
        const missing = got.filter((each) => each < frames).length
        Object.assign(round, { done, failed, wanted: frames, missing })
        if (missing === 0) done()
        if (sockets.some((socket) => socket.destroyed)) failed(new Error('a socket had been closed'))
      }),
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function upgradeRequest(path: string, token: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Authorization: Bearer ${token}`,
    '\r\n',
  ].join('\r\n')
}

/** A short text of a client, masked with zeroes. */
function masked(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

async function openSocket(
  port: number,
  request: string,
  counts: string,
  onEvent: () => void,
): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  const read = createFrameReader(counts, onEvent, () => socket.write(PONG))
  let upgraded = false
  let head: Buffer = Buffer.alloc(0)
  socket.on('error', () => {})
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error(`no socket: ${head.toString('latin1').slice(0, 300)}`)))
    socket.on('data', (chunk) => {
      if (upgraded) return read(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      upgraded = true
      resolve()
      read(head.subarray(end + 4))
    })
  })
  await once(socket, 'connect')
  socket.write(request)
  await opened
  return socket
}

/** Follows frame headers (RFC 6455, section 5.2) over chunks; a server's frames have no mask. */
function createFrameReader(counts: string, onEvent: () => void, onPing: () => void): (chunk: Buffer) => void {
  let skip = 0
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    let data = rest.length ? Buffer.concat([rest, chunk]) : chunk
    rest = data.subarray(0, 0)
    if (skip >= data.length) return void (skip -= data.length)
    data = data.subarray(skip)
    skip = 0
    while (data.length) {
      const header = headerOf(data)
      if (!header || data.length < header.size + Math.min(header.length, counts.length)) {
        rest = Buffer.from(data)
        return
      }
      if (data.toString('latin1', header.size, header.size + counts.length) === counts) onEvent()
      else if (((data[0] ?? 0) & 0x0f) === PING) onPing()
      const whole = header.size + header.length
      if (whole >= data.length) return void (skip = whole - data.length)
      data = data.subarray(whole)
    }
  }
}

function headerOf(data: Buffer): { size: number; length: number } | undefined {
  if (data.length < 2) return undefined
  const short = (data[1] ?? 0) & 0x7f
  if (short < 126) return { size: 2, length: short }
  if (short === 126) return data.length < 4 ? undefined : { size: 4, length: data.readUInt16BE(2) }
  return data.length < 10 ? undefined : { size: 10, length: Number(data.readBigUInt64BE(2)) }
}
