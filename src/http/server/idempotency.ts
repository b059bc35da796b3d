// The Idempotency-Key header: a request that is repeated because its answer was lost changes nothing again.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'Repeating the request with the same key returns what was created first',
      maxLength: 255,
    }),
  ),
})

export function idempotencyKey({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  return Array.isArray(key) ? key.join() : key
}

export function markReplayed(reply: FastifyReply): void {
  reply.header('idempotency-replayed', 'true')
}
