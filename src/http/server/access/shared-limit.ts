// Where @fastify/rate-limit counts: among all processes, or, while the shared place does not answer, in this one alone.
// So an outage neither opens the door nor shuts it.
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { RouteOptions } from 'fastify'
import type { OneTime } from '../../../core/ports.ts'

type Counting = Pick<OneTime, 'count'>
type Told = (error: Error | null, result?: { current: number; ttl: number }) => void

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

    incr(address: string, told: Told, windowMs: number = WINDOW_MS): void {
      const key = `${this.route} ${address}`
      const here = own.count(key, windowMs)
      const everywhere = shared.count(key, windowMs).catch(() => here)
      void Promise.all([here, everywhere]).then(
        ([mine, all]) => {
          const { count, leftMs } = mine.count > all.count ? mine : all
          told(null, { current: count, ttl: leftMs })
        },
        (error: unknown) => told(error instanceof Error ? error : new Error(String(error))),
      )
    }

    child(options: RouteOptions & { path: string; prefix: string }): FastifyRateLimitStore {
      return new Store(options as { routeInfo?: RouteOptions })
    }
  }
  return Store
}
