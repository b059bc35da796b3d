// How bodies come in, on every route: counted as they arrive, against one bound for all of them together. Whoever has
// proved nothing gets little of it, and makes way first.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError, type ErrorCode } from '../../../core/errors.ts'
import type { ByteBudget, Share } from './budget.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The request carries a proof that only its whole body can confirm: it may be large, and goes before a stranger's. */
    carriesProof?: (request: FastifyRequest) => boolean
  }
}

const RANKS = { stranger: 0, carriesProof: 1, known: 2 } as const
/** The longest body of a stranger, whatever the route takes from others: a form with an address, a one-click form. */
const STRANGERS_BODY = 64 * 1024
const FIRST_PIECE = 4 * 1024

export function registerBodies(
  app: FastifyInstance,
  budget: ByteBudget,
  isKnown: (request: FastifyRequest) => boolean,
): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { raw, routeOptions, is404 } = request
    if (!hasBody(raw)) return done(null, payload)
    if (is404) return done(null, unread(raw))
    if (routeOptions.config.longBody) return done(null, payload) // read as it comes, and never held
    const rank = rankOf(request, isKnown)
    const most = routeOptions.bodyLimit
    const limit = rank === RANKS.stranger ? Math.min(most, STRANGERS_BODY) : most
    const upload = { rank, address: raw.socket.remoteAddress ?? '' }
    done(
      null,
      collected(raw, reply.raw, limit, (drop) => budget.open({ ...upload, drop })),
    )
  })
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function rankOf(request: FastifyRequest, isKnown: (request: FastifyRequest) => boolean): number {
  if (isKnown(request)) return RANKS.known
  return request.routeOptions.config.carriesProof?.(request) ? RANKS.carriesProof : RANKS.stranger
}

type Body = Readable & { receivedEncodedLength?: number }

/** An empty body for whoever is told the same whatever they send. Fastify compares the length with the header's. */
function unread({ headers }: IncomingMessage): Body {
  return Object.assign(Readable.from([]), { receivedEncodedLength: Number(headers['content-length']) })
}

/**
 * The body in one piece. Nothing is read before somebody asks for it: a type that no route takes is refused unread. Copied
 * out of the pieces that it came in, of which each, if it is one byte long, keeps hundreds in memory.
 */
function collected(
  raw: IncomingMessage,
  response: ServerResponse,
  limit: number,
  open: (drop: () => void) => Share,
): Body {
  const claimed = Number(raw.headers['content-length'] ?? limit)
  const stream = new Readable({ read: start, highWaterMark: 0 })
  const bytes = createPile(Math.min(claimed, limit))
  let share: Share | undefined
  let isOver = false

  function start(): void {
    if (share) return
    if (claimed > limit) return fail('request.too_large')
    share = open(() => fail('server.busy'))
    raw.on('data', add)
    raw.once('end', finish)
    raw.once('error', () => fail('request.invalid'))
  }

  function add(piece: Buffer): void {
    if (isOver) return // what still comes is passed over
    if (bytes.length() + piece.length > limit) return fail('request.too_large')
    share?.add(bytes.add(piece))
    if (raw.socket instanceof Socket) giveBack(piece) // of a real connection: nobody else has it
  }

  function finish(): void {
    if (isOver) return
    isOver = true
    share?.whole()
    stream.push(bytes.take())
    stream.push(null)
  }

  function fail(code: ErrorCode): void {
    if (isOver) return
    isOver = true
    bytes.drop()
    share?.release()
    stream.destroy(new HubError(code))
  }

  function answered(): void {
    isOver = true
    bytes.drop()
    share?.release()
  }

  for (const over of ['finish', 'close']) response.once(over, answered)
  return stream
}

/**
 * Frees the memory of bytes that nobody looks at any more. Left to the garbage collector, which looks at the size of
 * objects rather than of what they hold, a flood would pile up for a while.
 */
export function giveBack({ buffer, byteLength }: Buffer): void {
  // Smaller ones may share theirs: https://nodejs.org/api/buffer.html#static-method-bufferallocunsafesize
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** The body as it was collected: a buffer of its own, which Fastify's `parseAs` would copy. */
export function wholeBody(payload: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    payload.once('data', resolve).once('error', reject)
    payload.once('end', () => resolve(Buffer.alloc(0)))
  })
}

/** Bytes in a buffer of their own, that grows. `add` tells by how much. */
function createPile(most: number) {
  let held = Buffer.from(new ArrayBuffer(0))
  let used = 0
  return {
    length: () => used,
    add(piece: Buffer): number {
      const before = held.length
      const needed = used + piece.length
      // transfer() gives the old memory back at once; it would else wait for the garbage collector.
      if (needed > before) held = Buffer.from(held.buffer.transfer(nextSize(before, needed, most)))
      used += piece.copy(held, used)
      return held.length - before
    },
    drop(): void {
      giveBack(held)
      held = Buffer.from(new ArrayBuffer(0))
      used = 0
    },
    take(): Buffer {
      const all = held.subarray(0, used)
      held = Buffer.from(new ArrayBuffer(0))
      used = 0
      return all
    },
  }
}

function nextSize(size: number, needed: number, most: number): number {
  return Math.max(needed, Math.min(most, Math.max(Math.ceil(size * 1.5), FIRST_PIECE)))
}
