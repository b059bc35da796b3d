// How bodies come in, on every route: counted as they arrive, against one bound for all of them together. Whoever has
// proved nothing gets little of it, and makes way first.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, type ErrorCode } from '../../../core/errors.ts'
import type { ByteBudget, Share } from './budget.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The request carries a proof that only its whole body can confirm: it may be large, and goes before a stranger's. */
    carriesProof?: (request: FastifyRequest) => boolean
    /** Its own parser takes the body by `request.wholeBody`: in one piece, and without a stream, which costs more than a small one. */
    takesBytes?: boolean
  }
  interface FastifyRequest {
    /** undefined where no body comes. */
    wholeBody: ((done: Done) => void) | undefined
  }
}

/** Told once: the body, or why there is none. */
type Done = (error: HubError | null, body?: Buffer) => void

const RANKS = { stranger: 0, carriesProof: 1, known: 2 } as const
/** The longest body of a stranger, whatever the route takes from others: a form with an address, a one-click form. */
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
    if (config.longBody) return done(null, payload) // read as it comes, and never held
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

/** Whose bodies were taken before Node has said that these are all. */
const taken = new WeakSet<IncomingMessage>()

/** Bytes that came with the head lie there, though Node has not said yet that these are all. */
export const isThere = (raw: IncomingMessage): boolean =>
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

/** An empty body for whoever is told the same whatever they send. Fastify compares the length with the header's. */
function unread({ headers }: IncomingMessage): Body {
  return Object.assign(Readable.from([]), { receivedEncodedLength: Number(headers['content-length']) })
}

/**
 * Nothing is read before somebody asks for it: a type that no route takes is refused unread. What came with the head is taken as
 * it is; else it is copied out of the pieces that it comes in, of which each, if it is one byte long, keeps hundreds in memory.
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
    if (response.destroyed) return done(new HubError('request.invalid')) // gone meanwhile: nobody would tell when it is over
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
      if (isOver) return // what still comes is passed over
      if (bytes.length() + piece.length > limit) return fail('request.too_large')
      share.add(bytes.add(piece))
      if (raw.socket instanceof Socket) giveBack(piece) // of a real connection: nobody else has it
    }

    function finish(body: Buffer): void {
      if (isOver) return
      isOver = true
      share.whole()
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
 * Frees the memory of bytes that nobody looks at any more. Left to the garbage collector, which looks at the size of
 * objects rather than of what they hold, a flood would pile up for a while.
 */
export function giveBack({ buffer, byteLength }: Buffer): void {
  // Smaller ones may share theirs: https://nodejs.org/api/buffer.html#static-method-bufferallocunsafesize
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0)
}

const NOTHING = Buffer.from(new ArrayBuffer(0))

/** Bytes in a buffer of their own, that grows. `add` tells by how much. */
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

/** transfer() gives the old memory back at once; it would else wait for the garbage collector. */
const grown = ({ buffer, length }: Buffer<ArrayBuffer>, size: number) =>
  Buffer.from(length > 0 ? buffer.transfer(size) : new ArrayBuffer(size))

function nextSize(size: number, needed: number, most: number): number {
  return Math.max(needed, Math.min(most, Math.max(Math.ceil(size * 1.5), FIRST_PIECE)))
}
