// The counts of @fastify/rate-limit: over all processes, or, while the shared store does not answer, in this process alone.
// So an outage neither lifts the limits nor blocks everybody.
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { RouteOptions } from 'fastify'
import type { OneTime } from '../../../core/ports.ts'

type Counting = Pick<OneTime, 'count'>
type Callback = (error: Error | null, result?: { current: number; ttl: number }) => void

const WINDOW_MS = 60_000

export function sharedLimit(shared: Counting, own: Counting): FastifyRateLimitStoreCtor {
  class Store implements FastifyRateLimitStore {
    readonly route: string

    constructor({
      routeInfo,
    }: {
      readonly routeInfo?: { readonly method?: unknown; readonly url?: string }
    }) {
      this.route = `${String(routeInfo?.method)} ${routeInfo?.url}`
    }

    incr(address: string, callback: Callback, windowMs: number = WINDOW_MS): void {
      const key = `${this.route} ${address}`
      const here = own.count(key, windowMs)
      const everywhere = shared.count(key, windowMs).catch(() => here)
      void Promise.all([here, everywhere]).then(
        ([mine, all]) => {
          const { count, leftMs } = mine.count > all.count ? mine : all
          callback(null, { current: count, ttl: leftMs })
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      )
    }

    child(options: RouteOptions & { path: string; prefix: string }): FastifyRateLimitStore {
      return new Store(options as { routeInfo?: RouteOptions })
    }
  }
  return Store
}
