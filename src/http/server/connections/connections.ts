// The connections of this process, and who makes way when there are as many as descriptors allow: whoever takes long with
// what they have to say. Without that, somebody who opens connections and is silent shuts everybody out.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { linger } from './early-answers.ts'

/** undefined: between requests, or before the first is there. */
export type Use = IncomingMessage | 'upgraded' | undefined

type Connection = {
  use: Use
  /** Belongs to somebody who has shown the token: makes way for nobody. */
  known: boolean
  /** Since when, and since which byte, it has been about what it is about now. */
  since: number
  bytesBefore: number
  /** Requests that wait for their answer; MOST_WAITING from then on: the last of these is the last that is answered. */
  waiting: number
}

export type Connections = ReturnType<typeof trackConnections>

/** However many descriptors there are: each connection costs some 10 kB. */
const MOST = 25_000
/** Descriptors for files, stores and mail servers: a part of all, within these bounds. */
const RESERVED = { part: 1 / 4, least: 64, most: 1_000 }
/** A client that sends is forgiven its slowness at this rate. */
const BYTES_PER_MS = 16
/** No address has more than this part of the connections when others need them. */
const PART_OF_ADDRESS = 1 / 4
/** How many make way at a time: a flood would else have each newcomer look through all of them. */
const MAKE_WAY = 1 / 16
/** Browsers and Mandrill wait for an answer before they ask again; who sends many requests at once sends the rest again. */
const MOST_WAITING = 100
/** So that they come to the answers. */
const LINGER_MS = 2_000

/** How many connections this process can have beside what it needs itself. */
function mostConnections(): number {
  Object.assign(process.report, { excludeNetwork: true }) // it would ask name servers
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } }
  const descriptors = Number(report.userLimits?.open_files?.soft)
  if (!(descriptors > 0)) return MOST // no limit, or none that is known
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

  /** Behind the last answer of their connection: what asks for them is not done (RFC 9112, section 9.6). */
  const beyond = new WeakSet<IncomingMessage>()

  app.server.on('connection', (socket: Socket) => {
    all.set(socket, { use: undefined, known: false, since: now(), bytesBefore: 0, waiting: 0 })
    socket.on('close', forget)
    if (all.size > most) makeWay(all, most, now())
  })
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const connection = all.get(socket)
    if (!connection) return
    if (connection.waiting === MOST_WAITING) return void beyond.add(request)
    connection.use = request
    if (++connection.waiting === MOST_WAITING) {
      response.shouldKeepAlive = false
      response.prependOnceListener('finish', () => linger(socket, LINGER_MS))
    }
    response.once('close', () => {
      if (connection.waiting < MOST_WAITING) connection.waiting--
      if (connection.use === request) turnTo(socket, undefined)
    })
  })
  app.addHook('onRequest', (request, reply, done) => (beyond.has(request.raw) ? void reply.hijack() : done()))
  // Only where somebody upgrades: a listener of its own would have Node leave such requests without an answer.
  app.addHook('onReady', async () => {
    if (app.server.listenerCount('upgrade') > 0)
      app.server.prependListener('upgrade', ({ socket }) => turnTo(socket, 'upgraded'))
  })
  /** Somebody has shown on it that they may be here. */
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

/** Ends those who have taken longest; whoever only waits for our answer stays if anybody else can go. */
function makeWay(all: Map<Socket, Connection>, most: number, now: number): void {
  const ofAddress = new Map<string, number>()
  for (const { remoteAddress = '' } of all.keys())
    ofAddress.set(remoteAddress, (ofAddress.get(remoteAddress) ?? 0) + 1)
  const candidates = [...all]
    .filter(([, { known }]) => !known)
    .map(([socket, connection]) => ({
      socket,
      waits: isAnswered(connection) ? 1 : 0,
      crowds: (ofAddress.get(socket.remoteAddress ?? '') ?? 0) > most * PART_OF_ADDRESS ? 0 : 1,
      slow: now - connection.since - (socket.bytesRead - connection.bytesBefore) / BYTES_PER_MS,
    }))
    .toSorted((a, b) => a.waits - b.waits || a.crowds - b.crowds || b.slow - a.slow)
  const enough = Math.max(all.size - most, Math.floor(candidates.length * MAKE_WAY))
  for (const { socket } of candidates.slice(0, enough)) {
    all.delete(socket) // its 'close' comes later
    socket.destroy()
  }
}

/** Its request is whole, and the answer is being made or sent. */
const isAnswered = ({ use }: Connection): boolean => typeof use === 'object' && use.complete
