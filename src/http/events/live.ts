// /ws/email: a socket is a cursor over the feed with a filter. What it gets, and when, is decided by core/events/hub.ts.
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { formatCursor, parseCursor, type Cursor } from '../../core/events/cursor.ts'
import { HubError, isHubError } from '../../core/errors.ts'
import type { Filter } from '../../core/events/filter.ts'
import type { Hub, Observation } from '../../core/events/hub.ts'
import type { EventFeed } from '../../core/events/ports.ts'
import type { Access } from '../server/access/access.ts'
import type { CampaignWatch } from '../campaigns/watch.ts'
import type { Connections } from '../server/connections/connections.ts'
import { readFilter, type FilterWords } from './filter-words.ts'
import { badField } from '../server/answers/bad-field.ts'
import { unknownParameter } from '../server/queries.ts'
import { eventFrames, gapFrame, positionFrame, textFrame, type Format } from '../server/frames.ts'
import type { Tickets } from '../server/access/tickets.ts'

type LiveDeps = {
  readonly hub: Hub
  readonly feed: EventFeed
  readonly access: Access
  readonly tickets: Tickets
  readonly campaignWatch: Pick<CampaignWatch, 'join'>
  readonly connections: Pick<Connections, 'most' | 'keep'>
}

type LiveQuery = FilterWords & {
  readonly after?: string
  readonly last?: string
  readonly format?: string
  readonly ticket?: string
  readonly campaigns?: string
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

const CLOSE = { unusable: 4400, notSignedIn: 4401, tooBusy: 1013 } as const

const ignore = () => {}

type Client = { alive: boolean; messages: number; readonly socket: WebSocket }

export async function registerLive(app: FastifyInstance, deps: LiveDeps): Promise<void> {
  const clients = new Set<Client>()
  const mostSockets = Math.ceil(deps.connections.most * PART_OF_CONNECTIONS)
  const heartbeat = setInterval(() => beat(clients, deps.hub), HEARTBEAT_MS).unref()
  app.addHook('onClose', async () => clearInterval(heartbeat))

  app.route<{ Querystring: LiveQuery }>({
    method: 'GET',
    url: '/ws/email',
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
    wsHandler: (socket, request) => {
      socket.removeAllListeners('error').on('error', ignore) // 'close' follows, and is what counts
      const client: Client = { alive: true, messages: 0, socket }
      clients.add(client)
      socket.on('close', () => clients.delete(client))
      socket.on('pong', () => (client.alive = true))
      if (clients.size > mostSockets) return socket.close(CLOSE.tooBusy, 'too many sockets: come back later')
      void open(deps, client, request as FastifyRequest<{ Querystring: LiveQuery }>)
    },
  })
}

/** Pings, lets go of peers that have not answered since the last time, and tells positions. */
function beat(clients: ReadonlySet<Client>, hub: Hub): void {
  for (const client of clients) {
    if (!client.alive) {
      client.socket.terminate()
      continue
    }
    client.alive = false
    client.messages = 0
    client.socket.ping()
  }
  hub.tellPositions()
}

async function open(deps: LiveDeps, client: Client, request: FastifyRequest<{ Querystring: LiveQuery }>) {
  const { socket } = client
  const { query } = request
  // Messages that come while the socket is being opened wait for their turn.
  const early: Buffer[] = []
  const collect = (data: Buffer) => void (early.length < 10 && early.push(data))
  socket.on('message', collect)
  try {
    if (!(await maySee(deps, request))) return socket.close(CLOSE.notSignedIn, 'not signed in')
    deps.connections.keep(request.raw.socket)
    const problems: HubError[] = []
    const filter = tolerant(() => readWords(query), problems) ?? { kinds: [] }
    const after = await startingPlace(deps, query, problems)
    if (!after) return socket.close(CLOSE.unusable, 'after: this is not a cursor')
    const format = readFormat(query.format, problems)
    const shows = readShows(query.campaigns, problems)
    if (socket.readyState !== socket.OPEN) return
    const observation = attach(deps.hub, socket, request.raw.socket, { after, filter, format, problems })
    if (shows && format === 'json') showCampaigns(deps.campaignWatch, socket, request.raw.socket)
    socket.off('message', collect)
    socket.on('message', (data: Buffer, binary: boolean) =>
      onMessage(client, observation, format, data, binary),
    )
    for (const data of early) onMessage(client, observation, format, data, false)
  } catch (error) {
    if (!isHubError(error)) request.log.error({ err: error }, 'a socket could not be opened')
    socket.close(CLOSE.tooBusy, 'the event store cannot be reached: come back later')
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

function readShows(campaigns: string | undefined, problems: HubError[]): boolean {
  if (campaigns !== undefined && !['0', '1'].includes(campaigns))
    problems.push(badField('campaigns', 'must be one of 0, 1', 'query'))
  return campaigns === '1'
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

type Start = { after: Cursor; filter: Filter; format: Format; problems: readonly HubError[] }

function attach(
  hub: Hub,
  ws: WebSocket,
  tcp: Socket,
  { after, filter, format, problems }: Start,
): Observation {
  const open = () => ws.readyState === ws.OPEN
  // Whole frames go straight to the TCP socket: without compression `ws` holds nothing back, so nothing interleaves.
  const control = (frame: () => Buffer) => void (open() && format === 'json' && tcp.write(frame()))
  control(() => textFrame({ type: 'hello', cursor: formatCursor(after) }))
  for (const problem of problems) control(() => errorFrame(problem))
  const observation = hub.observe(
    {
      onEvents: (events) => {
        if (open()) tcp.write(eventFrames(events, format))
        return tcp.writableLength < HIGH_WATER
      },
      onGap: (gap) => control(() => gapFrame(gap)),
      onPosition: (cursor, live) => control(() => positionFrame(cursor, live)),
    },
    after,
    filter,
  )
  const onDrain = () => observation.hasRoom()
  tcp.on('drain', onDrain)
  ws.on('close', () => {
    tcp.off('drain', onDrain)
    observation.close()
  })
  return observation
}

/** Campaigns as they change, beside the events and whatever the filter. */
function showCampaigns(watch: Pick<CampaignWatch, 'join'>, ws: WebSocket, tcp: Socket): void {
  const leave = watch.join({
    hasRoom: () => tcp.writableLength < HIGH_WATER,
    write: (frames) => void (ws.readyState === ws.OPEN && tcp.write(frames)),
  })
  ws.on('close', leave)
}

function onMessage(
  client: Client,
  observation: Observation,
  format: Format,
  data: Buffer,
  binary: boolean,
): void {
  const { socket } = client
  if (++client.messages > MAX_MESSAGES) return socket.close(CLOSE.tooBusy, 'too many messages')
  try {
    observation.setFilter(readFilter(parseMessage(data, binary), IN_MESSAGE))
  } catch (error) {
    if (!isHubError(error)) throw error
    if (format === 'json')
      socket.send(JSON.stringify({ type: 'error', code: error.code, message: error.message }))
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
