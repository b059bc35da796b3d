// Notices a proxy that is not in TRUST_PROXY: all subscribers then seem to come from one address, and share its limits.
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

export type ProxyWatch = ReturnType<typeof createProxyWatch>

export function createProxyWatch(log: Pick<FastifyBaseLogger, 'warn'>, trusted: readonly string[]) {
  let unknown: string | null = null
  return {
    // request.ip is read only where needed: Node would keep what it finds out in the memory of each socket.
    see(request: Pick<FastifyRequest, 'headers' | 'ip'>): void {
      if (unknown !== null || trusted.length > 0 || request.headers['x-forwarded-for'] === undefined) return
      unknown = request.ip
      log.warn(
        { address: unknown },
        'a request came with X-Forwarded-For, which is ignored: if there is a proxy in front of the hub, put its address into TRUST_PROXY, or all clients share one address and its limits',
      )
    },
    /** The address whose X-Forwarded-For is not believed; null: there was none. */
    unknown: () => unknown,
  }
}
