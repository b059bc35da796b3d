// Receives the bodies of all routes, counting their bytes against one budget. A request without any proof may use little of it, and
// is the first to be dropped when memory runs short.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, type ErrorCode } from '../../../core/errors.ts'
import type { ByteBudget, Share } from './budget.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for a request with a proof that only its whole body can confirm: it may be large, and outranks a stranger's. */
    carriesProof?: (request: FastifyRequest) => boolean
    /** The route's own parser takes the body by `request.wholeBody`, in one piece: a stream costs more than a small body. */
    takesBytes?: boolean
  }
  interface FastifyRequest {
    /** Collects the body; undefined if none comes. */
    wholeBody: ((done: Done) => void) | undefined
  }
}

/** Called once, with the body or with the reason why there is none. */
type Done = (error: HubError | null, body?: Buffer) => void

const RANKS = { stranger: 0, carriesProof: 1, known: 2 } as const
/** The longest body of a stranger, whatever the route allows: enough for a form with an address, or a one-click form. */
const STRANGERS_BODY = 64 * 1024
const FIRST_PIECE = 4 * 1024

export function registerBodies(
  app: FastifyInstance,
  budget: ByteBudget,
  isKnown: (request: FastifyRequest) => boolean,
): void {
  app.decorateRequest('wholeBody')
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { raw, routeOptions, is404 } = request
    if (!hasBody(raw)) return done(null, payload)
    if (is404) return done(null, unread(raw))
    const { config, bodyLimit: most } = routeOptions
    if (config.longBody) return done(null, payload) // the route reads it as it comes, never as a whole
    const rank = rankOf(request, config, isKnown)
    const limit = rank === RANKS.stranger ? Math.min(most, STRANGERS_BODY) : most
    const upload = { rank, address: raw.socket.remoteAddress ?? '' }
    const collect = collector(raw, reply.raw, limit, (drop) => budget.open({ ...upload, drop }))
    if (!config.takesBytes) return done(null, streamOf(collect))
    request.wholeBody = collect
    done(null, payload)
  })
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

export const isEncoded = ({ headers }: IncomingMessage): boolean =>
  !['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? '')

/** Requests whose whole body was read before Node marked them as complete. */
const taken = new WeakSet<IncomingMessage>()

/** True if the whole body has arrived. If it came together with the head, Node may not have marked it as complete yet. */
export const hasArrived = (raw: IncomingMessage): boolean =>
  raw.complete !== false || isBuffered(raw) || taken.has(raw)

const isBuffered = ({ readableLength, headers }: IncomingMessage): boolean =>
  readableLength > 0 && readableLength >= Number(headers['content-length'])

function rankOf(
  request: FastifyRequest,
  { carriesProof }: FastifyContextConfig,
  isKnown: (request: FastifyRequest) => boolean,
): number {
  if (isKnown(request)) return RANKS.known
  return carriesProof?.(request) ? RANKS.carriesProof : RANKS.stranger
}

type Body = Readable & { receivedEncodedLength?: number }

/** An empty body, for an answer that does not depend on it. The length satisfies Fastify, which compares it with the header. */
function unread({ headers }: IncomingMessage): Body {
  return Object.assign(Readable.from([]), { receivedEncodedLength: Number(headers['content-length']) })
}

/**
 * Returns a function that reads the body. Nothing is read before it is called: a content type that no route accepts is refused unread.
 * A body that came with the head is used as it is. Otherwise its pieces are copied into one buffer, because even a piece of one
 * byte keeps hundreds of bytes in memory.
 */
function collector(
  raw: IncomingMessage,
  response: ServerResponse,
  limit: number,
  open: (drop: () => void) => Share,
): (done: Done) => void {
  const claimed = Number(raw.headers['content-length'] ?? limit)
  return (done) => {
    if (claimed > limit) return done(new HubError('request.too_large'))
    if (response.destroyed) return done(new HubError('request.invalid')) // the client has gone: 'close' would never be emitted
    const bytes = createPile(claimed)
    const share = open(() => fail('server.busy'))
    let isOver = false
    response.once('close', () => {
      isOver = true
      bytes.drop()
      share.release()
    })
    if (isBuffered(raw)) {
      share.add(claimed)
      if (!raw.complete) taken.add(raw)
      return finish(raw.read() as Buffer)
    }
    raw.on('data', add)
    raw.once('end', () => finish(bytes.take()))
    raw.once('error', () => fail('request.invalid'))

    function add(piece: Buffer): void {
      if (isOver) return // ignore what still comes
      if (bytes.length() + piece.length > limit) return fail('request.too_large')
      share.add(bytes.add(piece))
      if (raw.socket instanceof Socket) giveBack(piece) // from a real connection: nobody else uses it
    }

    function finish(body: Buffer): void {
      if (isOver) return
      isOver = true
      share.complete()
      done(null, body)
    }

    function fail(code: ErrorCode): void {
      if (isOver) return
      isOver = true
      bytes.drop()
      share.release()
      done(new HubError(code))
    }
  }
}

function streamOf(collect: (done: Done) => void): Body {
  let isAsked = false
  return new Readable({
    highWaterMark: 0,
    read() {
      if (isAsked) return
      isAsked = true
      collect((error, body) => {
        if (error) return void this.destroy(error)
        this.push(body)
        this.push(null)
      })
    },
  })
}

/**
 * Frees the memory of bytes that nobody uses any more. The garbage collector judges objects by their own size, not by that of their
 * buffers, so a flood of bodies would pile up for a while.
 */
export function giveBack({ buffer, byteLength }: Buffer): void {
  // Small buffers may share their memory: https://nodejs.org/api/buffer.html#static-method-bufferallocunsafesize
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0)
}

const NOTHING = Buffer.from(new ArrayBuffer(0))

/** Collects bytes in a growing buffer of up to `most` bytes. `add` returns by how much the buffer has grown. */
function createPile(most: number) {
  let held = NOTHING
  let used = 0
  return {
    length: () => used,
    add(piece: Buffer): number {
      const before = held.length
      const needed = used + piece.length
      if (needed > before) held = grown(held, nextSize(before, needed, most))
      used += piece.copy(held, used)
      return held.length - before
    },
    drop(): void {
      giveBack(held)
      held = NOTHING
      used = 0
    },
    take(): Buffer {
      const all = held.subarray(0, used)
      held = NOTHING
      used = 0
      return all
    },
  }
}

/** transfer() frees the old memory at once, without waiting for the garbage collector. */
const grown = ({ buffer, length }: Buffer<ArrayBuffer>, size: number) =>
  Buffer.from(length > 0 ? buffer.transfer(size) : new ArrayBuffer(size))

function nextSize(size: number, needed: number, most: number): number {
  return Math.max(needed, Math.min(most, Math.max(Math.ceil(size * 1.5), FIRST_PIECE)))
}
