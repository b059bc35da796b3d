// Tracks the connections of this process, and closes the slowest when there are as many as file descriptors allow. Without that, a
// client that opens many connections and sends nothing would shut everybody out.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { linger } from './early-answers.ts'

/** What a connection is used for; undefined between requests, and before the first. */
export type Use = IncomingMessage | 'upgraded' | undefined

type Connection = {
  use: Use
  /** The client has shown the token: this connection is never closed for others. */
  known: boolean
  /** When the current use began, and how many bytes had been received by then. */
  since: number
  bytesBefore: number
  /** Requests without an answer yet. Stays at MOST_WAITING once reached: the request that reached it is the last to be answered. */
  waiting: number
}

export type Connections = ReturnType<typeof trackConnections>

/** The bound even with more descriptors: each connection costs some 10 kB. */
const MOST = 25_000
/** Descriptors reserved for files, stores and mail servers: a part of all, within these bounds. */
const RESERVED = { part: 1 / 4, least: 64, most: 1_000 }
/** A client that sends at this rate or faster does not count as slow. */
const BYTES_PER_MS = 16
/** The part of all connections that one address may keep when others need some. */
const PART_OF_ADDRESS = 1 / 4
/** The part of all that is closed at a time: else, in a flood, each new connection would search all others. */
const CLOSED_AT_ONCE = 1 / 16
/** Unanswered requests on a connection. Browsers and Mandrill send one at a time; a client that sends more must repeat the rest. */
const MOST_WAITING = 100
/** How long such a client has to read the answers. */
const LINGER_MS = 2_000

/** Connections with a request that has no answer yet. */
export const answering = new WeakSet<Socket>()

/** The number of connections that leave enough descriptors for everything else. */
function mostConnections(): number {
  Object.assign(process.report, { excludeNetwork: true }) // else it would query name servers
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } }
  const descriptors = Number(report.userLimits?.open_files?.soft)
  if (!(descriptors > 0)) return MOST // unlimited, or unknown
  const reserved = Math.min(Math.max(descriptors * RESERVED.part, RESERVED.least), RESERVED.most)
  return Math.max(Math.min(Math.floor(descriptors - reserved), MOST), 1)
}

export function trackConnections(
  app: FastifyInstance,
  isKnown: (request: FastifyRequest) => boolean,
  most = mostConnections(),
  now = () => performance.now(),
) {
  const all = new Map<Socket, Connection>()

  function turnTo(socket: Socket, use: Use): void {
    const connection = all.get(socket)
    if (connection)
      Object.assign(connection, { use, known: false, since: now(), bytesBefore: socket.bytesRead })
  }

  function forget(this: Socket): void {
    all.delete(this)
  }

  /** Requests after the last answer of their connection: they are not carried out (RFC 9112, section 9.6). */
  const beyond = new WeakSet<IncomingMessage>()

  app.server.on('connection', (socket: Socket) => {
    all.set(socket, { use: undefined, known: false, since: now(), bytesBefore: 0, waiting: 0 })
    socket.on('close', forget)
    if (all.size > most) closeSlowest(all, socket, most, now())
  })
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const connection = all.get(socket)
    if (!connection) return
    if (connection.waiting === MOST_WAITING) return void beyond.add(request)
    connection.use = request
    answering.add(socket)
    if (++connection.waiting === MOST_WAITING) {
      response.shouldKeepAlive = false
      response.prependOnceListener('finish', () => linger(socket, LINGER_MS))
    }
    response.once('close', () => {
      if (connection.waiting < MOST_WAITING) connection.waiting--
      if (connection.waiting === 0) answering.delete(socket)
      if (connection.use === request) turnTo(socket, undefined)
    })
  })
  app.addHook('onRequest', (request, reply, done) => (beyond.has(request.raw) ? void reply.hijack() : done()))
  // Only if there is another listener: with this one alone, Node would leave upgrade requests unanswered.
  app.addHook('onReady', async () => {
    if (app.server.listenerCount('upgrade') > 0)
      app.server.prependListener('upgrade', ({ socket }) => turnTo(socket, 'upgraded'))
  })
  /** Marks a connection whose client has shown the token. */
  const keep = (socket: Socket): void => {
    const connection = all.get(socket)
    if (connection) connection.known = true
  }
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const { authorization, cookie } = request.headers
    if ((authorization ?? cookie) !== undefined && isKnown(request)) keep(request.raw.socket)
    done()
  })
  return { all, most, keep }
}

/**
 * Closes the slowest. Those that only wait for our answer come last, and crowded addresses first. The newest has had no time to send
 * anything: it is spared while there are others that are not waiting.
 */
function closeSlowest(all: Map<Socket, Connection>, newest: Socket, most: number, now: number): void {
  const ofAddress = new Map<string, number>()
  for (const { remoteAddress = '' } of all.keys())
    ofAddress.set(remoteAddress, (ofAddress.get(remoteAddress) ?? 0) + 1)
  const candidates = [...all]
    .filter(([, { known }]) => !known)
    .map(([socket, connection]) => ({
      socket,
      isNewest: socket === newest ? 1 : 0,
      waits: awaitsAnswer(connection) ? 1 : 0,
      crowds: (ofAddress.get(socket.remoteAddress ?? '') ?? 0) > most * PART_OF_ADDRESS ? 0 : 1,
      slow: now - connection.since - (socket.bytesRead - connection.bytesBefore) / BYTES_PER_MS,
    }))
    .toSorted(
      (a, b) => a.waits - b.waits || a.isNewest - b.isNewest || a.crowds - b.crowds || b.slow - a.slow,
    )
  const enough = Math.max(all.size - most, Math.floor(candidates.length * CLOSED_AT_ONCE))
  for (const { socket } of candidates.slice(0, enough)) {
    all.delete(socket) // 'close' is emitted later
    socket.destroy()
  }
}

/** The request has arrived completely: its answer is being made or sent. */
const awaitsAnswer = ({ use }: Connection): boolean => typeof use === 'object' && use.complete
