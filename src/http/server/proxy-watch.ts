// A proxy that the hub does not know of: all subscribers then come from one address, and share its limits.
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

export type ProxyWatch = ReturnType<typeof createProxyWatch>

export function createProxyWatch(log: Pick<FastifyBaseLogger, 'warn'>, trusted: readonly string[]) {
  let unknown: string | null = null
  return {
    // The address is asked for where it counts: each socket would keep what Node then finds out about it.
    see(request: Pick<FastifyRequest, 'headers' | 'ip'>): void {
      if (unknown !== null || trusted.length > 0 || request.headers['x-forwarded-for'] === undefined) return
      unknown = request.ip
      log.warn(
        { address: unknown },
        'a request came with X-Forwarded-For, which is ignored: if there is a proxy in front of the hub, put its address into TRUST_PROXY, or all clients share one address and its limits',
      )
    },
    /** Whose X-Forwarded-For is not believed; null: nobody has sent one. */
    unknown: () => unknown,
  }
}
