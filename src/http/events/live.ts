// /ws/email: a socket is a cursor over the feed with a filter. What it gets, and when, is decided by core/events/hub.ts.
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { formatCursor, parseCursor, type Cursor } from '../../core/events/cursor.ts'
import { badField, HubError, isHubError } from '../../core/errors.ts'
import type { FeedEvent } from '../../core/events/event.ts'
import type { Filter } from '../../core/events/filter.ts'
import type { Hub, Observation, Observer } from '../../core/events/hub.ts'
import type { EventFeed, Gap } from '../../core/events/ports.ts'
import type { Access } from '../server/access/access.ts'
import type { Connections } from '../server/connections/connections.ts'
import { readFilter, type FilterWords } from './filter-words.ts'
import { unknownParameter } from '../server/queries.ts'
import { eventFrames, gapFrame, positionFrame, textFrame, type Format } from '../server/frames.ts'
import type { Board } from '../server/board.ts'
import type { Tickets } from '../server/access/tickets.ts'

const ADDRESS = '/ws/email'
const SHOWN = ['campaigns', 'setup'] as const
type Shown = (typeof SHOWN)[number]

type LiveDeps = {
  readonly hub: Hub
  readonly feed: EventFeed
  readonly access: Access
  readonly tickets: Tickets
  /** What a socket may ask for besides events, by the name of its parameter. */
  readonly boards: Readonly<Record<Shown, Pick<Board, 'join'>>>
  readonly connections: Pick<Connections, 'most' | 'keep'>
}

type LiveQuery = FilterWords & { readonly [each in Shown]?: string } & {
  readonly after?: string
  readonly last?: string
  readonly format?: string
  readonly ticket?: string
}

const CONDITIONS: Readonly<Record<keyof FilterWords, true>> = {
  events: true,
  email: true,
  tag: true,
  campaign: true,
}
const PARAMETERS: Readonly<Record<keyof LiveQuery, true>> = {
  after: true,
  last: true,
  ...CONDITIONS,
  campaigns: true,
  setup: true,
  format: true,
  ticket: true,
}

/** Where a condition of a client's message stands. */
const IN_MESSAGE = 'filter message'

/** Bytes that may wait for a socket before the hub stops handing it events. */
const HIGH_WATER = 256 * 1024
/** The part of all connections that sockets may be; more are told to come back later. */
const PART_OF_CONNECTIONS = 7 / 8
const HEARTBEAT_MS = 30_000
/** Messages that a client may send within a heartbeat. */
const MAX_MESSAGES = 300
const MAX_LAST = 1_000_000

/** Messages that wait while a socket is being opened. */
const MOST_EARLY = 10

const CLOSE = { goingAway: 1001, unusable: 4400, notSignedIn: 4401, tooBusy: 1013 } as const

const ignore = () => {}

/** What there is of a socket. It has no closures, and listeners that all share: of an idle one they were the half. */
class Client implements Observer {
  readonly hub: Hub
  readonly ws: WebSocket
  readonly tcp: Socket
  format: Format = 'json'
  /** undefined while it is being opened: messages then wait for their turn. */
  observation: Observation | undefined
  early: Buffer[] | undefined
  /** Messages since the last heartbeat, and all bytes that had come until then. */
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

  // Whole frames go straight to the TCP socket: without compression `ws` holds nothing back, so nothing interleaves.
  write(frames: Buffer): void {
    if (this.ws.readyState === this.ws.OPEN) this.tcp.write(frames)
  }

  /** What is not an event: a raw socket gets nothing else. */
  tell(frame: () => Buffer): void {
    if (this.format === 'json') this.write(frame())
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
  const heartbeat = setInterval(() => beat(clients.values(), hub), HEARTBEAT_MS).unref()
  app.addHook('onClose', async () => clearInterval(heartbeat))
  // Every client knows to come back with its cursor.
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
    // A socket lives long: neither its answer nor whoever listens for its errors may keep the request with it.
    preHandler: async (request, { raw }) => {
      if (request.ws && raw.socket) raw.detachSocket(raw.socket)
    },
    handler: async () => {
      throw new HubError('request.upgrade_required')
    },
    wsHandler: (ws, request) => {
      ws.removeAllListeners('error').on('error', ignore) // 'close' follows, and is what counts
      ws.on('close', onClose).on('message', onMessage)
      const client = new Client(hub, ws, request.raw.socket)
      clients.set(ws, client)
      if (clients.size > mostSockets) return ws.close(CLOSE.tooBusy, 'too many sockets: come back later')
      void open(deps, client, request as FastifyRequest<{ Querystring: LiveQuery }>)
    },
  })
}

/** Else it would be opened, and closed without a word: a client with a mistyped address would come back for ever. */
export async function refuseOtherSockets(request: FastifyRequest): Promise<void> {
  if (!request.ws || request.routeOptions.url === ADDRESS) return
  throw new HubError('request.not_found', {
    message: `There is no WebSocket at this address, but at ${ADDRESS}`,
  })
}

/** Pings, lets go of peers that were silent since the last time, and tells positions. */
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

async function open(deps: LiveDeps, client: Client, request: FastifyRequest<{ Querystring: LiveQuery }>) {
  const { ws, tcp } = client
  const { query } = request
  try {
    if (!(await maySee(deps, request))) return ws.close(CLOSE.notSignedIn, 'not signed in')
    deps.connections.keep(tcp)
    const problems: HubError[] = []
    const filter = tolerant(() => readWords(query), problems) ?? { kinds: [] }
    const after = await startingPlace(deps, query, problems)
    if (!after) return ws.close(CLOSE.unusable, 'after: this is not a cursor')
    client.format = readFormat(query.format, problems)
    const shown = SHOWN.filter((name) => isShown(name, query[name], problems))
    if (ws.readyState !== ws.OPEN) return
    attach(client, after, filter, problems)
    if (client.format === 'json') for (const name of shown) ws.on('close', deps.boards[name].join(client))
  } catch (error) {
    if (!isHubError(error)) request.log.error({ err: error }, 'a socket could not be opened')
    ws.close(CLOSE.tooBusy, 'the event store cannot be reached: come back later')
  }
}

/** A condition that is misspelt must not bring everything. */
function readWords(query: LiveQuery): Filter {
  refuseUnknown(query, PARAMETERS, 'query')
  return readFilter(query)
}

function refuseUnknown(given: object, known: object, where: string): void {
  const strange = Object.keys(given).find((name) => !Object.hasOwn(known, name))
  if (strange !== undefined) throw unknownParameter(strange, known, where)
}

async function maySee({ access, tickets }: LiveDeps, request: FastifyRequest<{ Querystring: LiveQuery }>) {
  if (access.isSignedIn(request)) return true
  return typeof request.query.ticket === 'string' && tickets.redeem(request.query.ticket)
}

/** Where a socket begins; undefined for what is no cursor: going on somewhere else would pass events over. */
async function startingPlace({ feed, hub }: LiveDeps, query: LiveQuery, problems: HubError[]) {
  if (query.after !== undefined) {
    if (query.last !== undefined) problems.push(badField('last', 'counts only without after', 'query'))
    const after = typeof query.after === 'string' ? parseCursor(query.after) : undefined
    return after?.epoch === 0 ? feed.last(Infinity) : after
  }
  if (query.last === undefined) return hub.position()
  const last = Number(query.last)
  if (/^\d{1,15}$/.test(query.last)) return feed.last(Math.min(last, MAX_LAST))
  problems.push(badField('last', 'must be a number of events', 'query'))
  return hub.position()
}

function readFormat(format: string | undefined, problems: HubError[]): Format {
  if (format === 'raw') return 'raw'
  if (format !== undefined && format !== 'json')
    problems.push(badField('format', 'must be one of json, raw', 'query'))
  return 'json'
}

function isShown(name: Shown, asked: string | undefined, problems: HubError[]): boolean {
  if (asked !== undefined && !['0', '1'].includes(asked))
    problems.push(badField(name, 'must be one of 0, 1', 'query'))
  return asked === '1'
}

/** A parameter that cannot be taken is told, and the socket stays: with nothing rather than with too much. */
function tolerant<T>(read: () => T, problems: HubError[]): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!isHubError(error)) throw error
    problems.push(error)
    return undefined
  }
}

function attach(client: Client, after: Cursor, filter: Filter, problems: readonly HubError[]): void {
  client.tell(() => textFrame({ type: 'hello', cursor: formatCursor(after) }))
  for (const problem of problems) client.tell(() => errorFrame(problem))
  client.observation = client.hub.observe(client, after, filter)
  for (const data of client.early ?? []) takeMessage(client, client.observation, data, false)
  client.early = undefined
}

function takeMessage(client: Client, observation: Observation, data: Buffer, binary: boolean): void {
  if (++client.messages > MAX_MESSAGES) return client.ws.close(CLOSE.tooBusy, 'too many messages')
  try {
    client.hub.setFilter(observation, readFilter(parseMessage(data, binary), IN_MESSAGE))
  } catch (error) {
    if (!isHubError(error)) throw error
    client.tell(() => errorFrame(error))
  }
}

function parseMessage(data: Buffer, binary: boolean): FilterWords {
  let message: unknown
  try {
    message = binary ? undefined : JSON.parse(data.toString())
  } catch {
    message = undefined
  }
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'filter')
    throw new HubError('request.invalid', { message: 'A message must be JSON text: {"type":"filter", …}' })
  const { type: _, ...words } = message
  refuseUnknown(words, CONDITIONS, IN_MESSAGE)
  return words
}

function errorFrame({ code, message }: HubError): Buffer {
  return textFrame({ type: 'error', code, message })
}
