// /ws/email: each socket is an observer of the hub, which decides what it gets and when: see core/events/hub.ts.
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { WebSocket } from 'ws'
import { formatCursor, type Cursor } from '../../../core/events/cursor.ts'
import { HubError, isHubError } from '../../../core/errors.ts'
import type { FeedEvent } from '../../../core/events/event.ts'
import type { Filter } from '../../../core/events/filter.ts'
import type { Hub, Observation, Observer } from '../../../core/events/hub.ts'
import type { EventFeed, Gap } from '../../../core/events/ports.ts'
import type { Access, Session } from '../../server/access/access.ts'
import type { Connections } from '../../server/connections/connections.ts'
import { readMessage, readQuery, type LiveQuery, type Shown } from './query.ts'
import { eventFrames, gapFrame, positionFrame, textFrame, type Format } from '../../server/frames.ts'
import type { Board } from '../../server/board.ts'
import type { Tickets } from '../../server/access/tickets.ts'

const ADDRESS = '/ws/email'

type LiveDeps = {
  readonly hub: Hub
  readonly feed: EventFeed
  readonly access: Access
  readonly tickets: Tickets
  /** What a socket may ask for besides events, by the name of the query parameter. */
  readonly boards: Readonly<Record<Shown, Pick<Board, 'join'>>>
  readonly connections: Pick<Connections, 'most' | 'keep'>
}

/** Bytes that may wait for a socket before the hub stops handing it events. */
const HIGH_WATER = 256 * 1024
/** The part of all connections that may be sockets; further ones are told to come back later. */
const PART_OF_CONNECTIONS = 7 / 8
const HEARTBEAT_MS = 30_000
/** Messages that a client may send between two heartbeats. */
const MAX_MESSAGES = 300

/** Messages that are kept while a socket is being opened; more are ignored. */
const MOST_EARLY = 10

const CLOSE = { goingAway: 1001, unusable: 4400, notSignedIn: 4401, tooBusy: 1013 } as const

const ignore = () => {}

/** A close frame has room for 123 bytes. */
const toReason = (message: string): string =>
  Buffer.from(message)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD+$/, '')

/** A socket. A class, without closures and with listeners that all share: those were half the memory of an idle socket. */
class Client implements Observer {
  readonly hub: Hub
  readonly ws: WebSocket
  readonly tcp: Socket
  format: Format = 'json'
  /** undefined while the socket is being opened: messages then wait in `early`. */
  observation: Observation | undefined
  early: Buffer[] | undefined
  /** The session that the socket, or its ticket, was got with; undefined if it was the token. */
  session: Session | undefined
  /** Messages since the last heartbeat, and the bytes received until then. */
  messages = 0
  bytesRead = 0

  constructor(hub: Hub, ws: WebSocket, tcp: Socket) {
    this.hub = hub
    this.ws = ws
    this.tcp = tcp
  }

  hasRoom(): boolean {
    return this.tcp.writableLength < HIGH_WATER
  }

  // Writes whole frames straight to the TCP socket. Without compression `ws` buffers nothing, so its own frames stay whole, too.
  write(frames: Buffer): void {
    if (this.ws.readyState === this.ws.OPEN) this.tcp.write(frames)
  }

  /** Sends a frame that is not an event, which raw sockets do not get. */
  tell(frame: () => Buffer): void {
    if (this.format === 'json') this.write(frame())
  }

  /** What it asks for cannot be taken. A raw socket, which gets no frame of it, would else wait in vain. */
  refuse({ code, message }: HubError): void {
    if (this.format === 'raw') return this.ws.close(CLOSE.unusable, toReason(message))
    this.write(textFrame({ type: 'error', code, message }))
  }

  onEvents(events: readonly FeedEvent[]): boolean {
    this.write(eventFrames(events, this.format))
    if (this.hasRoom()) return true
    this.tcp.once('drain', () => this.observation && this.hub.hasRoom(this.observation))
    return false
  }

  onGap(gap: Gap): void {
    this.tell(() => gapFrame(gap))
  }

  onPosition(cursor: Cursor, live: boolean): void {
    this.tell(() => positionFrame(cursor, live))
  }
}

export async function registerLive(app: FastifyInstance, deps: LiveDeps): Promise<void> {
  const { hub } = deps
  const clients = new Map<WebSocket, Client>()
  const mostSockets = Math.ceil(deps.connections.most * PART_OF_CONNECTIONS)
  const heartbeat = setInterval(() => {
    beat(clients.values(), hub)
    void signOut(clients.values(), deps.access)
  }, HEARTBEAT_MS).unref()
  app.addHook('onClose', async () => clearInterval(heartbeat))
  // Clients reconnect with their cursor, so they lose nothing.
  app.addHook('preClose', async () => {
    for (const ws of clients.keys()) ws.close(CLOSE.goingAway, 'the hub is shutting down')
  })

  function onMessage(this: WebSocket, data: Buffer, binary: boolean): void {
    const client = clients.get(this)
    if (client?.observation) takeMessage(client, client.observation, data, binary)
    else if (client && (client.early ??= []).length < MOST_EARLY) client.early.push(data)
  }

  function onClose(this: WebSocket): void {
    const observation = clients.get(this)?.observation
    clients.delete(this)
    if (observation) hub.leave(observation)
  }

  app.route<{ Querystring: LiveQuery }>({
    method: 'GET',
    url: ADDRESS,
    config: { public: true },
    schema: { hide: true },
    preValidation: async (request) => {
      if (!deps.access.isOwnOrigin(request)) throw new HubError('access.foreign_origin')
    },
    // A socket lives long: neither the answer nor an error listener may keep the whole request in memory.
    preHandler: async (request, { raw }) => {
      if (request.ws && raw.socket) raw.detachSocket(raw.socket)
    },
    handler: async () => {
      throw new HubError('request.upgrade_required')
    },
    wsHandler: (ws, request) => {
      ws.removeAllListeners('error').on('error', ignore) // 'close' always follows
      ws.on('close', onClose).on('message', onMessage)
      const client = new Client(hub, ws, request.raw.socket)
      clients.set(ws, client)
      if (clients.size > mostSockets) return ws.close(CLOSE.tooBusy, 'too many sockets: try again later')
      void open(deps, client, request as FastifyRequest<{ Querystring: LiveQuery }>)
    },
  })
}

/** Answers sockets at other addresses with 404. Else they would be opened and closed at once, and a client would retry for ever. */
export function refuseOtherSockets(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  if (!request.ws || request.routeOptions.url === ADDRESS) return done()
  throw new HubError('request.not_found', {
    message: `There is no WebSocket at this address, but at ${ADDRESS}`,
  })
}

/** Pings all sockets, ends those that sent nothing since the last beat, not even a pong, and tells positions. */
function beat(clients: Iterable<Client>, hub: Hub): void {
  for (const client of clients) {
    const { bytesRead } = client.tcp
    if (bytesRead === client.bytesRead) {
      client.ws.terminate()
      continue
    }
    client.bytesRead = bytesRead
    client.messages = 0
    client.ws.ping()
  }
  hub.tellPositions()
}

/** Closes sockets whose session has ended, in whichever process. While that cannot be found out, they stay. */
async function signOut(clients: Iterable<Client>, access: Access): Promise<void> {
  const bySession = Map.groupBy(clients, ({ session }) => session?.key)
  for (const theirs of bySession.values()) {
    const session = theirs[0]?.session
    if (!session || !(await access.hasEnded(session).catch(() => false))) continue
    for (const { ws } of theirs) ws.close(CLOSE.notSignedIn, 'signed out')
  }
}

async function open(deps: LiveDeps, client: Client, request: FastifyRequest<{ Querystring: LiveQuery }>) {
  const { ws, tcp } = client
  const { query } = request
  try {
    const admitted = await admit(deps, request)
    if (!admitted) return ws.close(CLOSE.notSignedIn, 'not signed in')
    client.session = admitted.session
    deps.connections.keep(tcp)
    const { after, filter, format, shown, problems } = await readQuery(deps, query)
    if (!after) return ws.close(CLOSE.unusable, 'after: this is not a cursor')
    client.format = format
    if (ws.readyState !== ws.OPEN) return
    attach(client, after, filter, problems)
    if (client.format === 'json') for (const name of shown) ws.on('close', deps.boards[name].join(client))
  } catch (error) {
    if (!isHubError(error)) request.log.error({ err: error }, 'a socket could not be opened')
    ws.close(CLOSE.tooBusy, 'the event store cannot be reached: try again later')
  }
}

/** The session by which it may see events; undefined if it may not. */
async function admit({ access, tickets }: LiveDeps, request: FastifyRequest<{ Querystring: LiveQuery }>) {
  if (access.isSignedIn(request)) return { session: access.sessionOf(request) }
  const { ticket } = request.query
  const admitted = typeof ticket === 'string' ? await tickets.redeem(ticket) : undefined
  return admitted?.session && (await access.hasEnded(admitted.session)) ? undefined : admitted
}

function attach(client: Client, after: Cursor, filter: Filter, problems: readonly HubError[]): void {
  client.tell(() => textFrame({ type: 'hello', cursor: formatCursor(after) }))
  for (const problem of problems) client.refuse(problem)
  client.observation = client.hub.observe(client, after, filter)
  for (const data of client.early ?? []) takeMessage(client, client.observation, data, false)
  client.early = undefined
}

function takeMessage(client: Client, observation: Observation, data: Buffer, binary: boolean): void {
  if (++client.messages > MAX_MESSAGES) return client.ws.close(CLOSE.tooBusy, 'too many messages')
  try {
    client.hub.setFilter(observation, readMessage(data, binary))
  } catch (error) {
    if (!isHubError(error)) throw error
    client.refuse(error)
  }
}
