// A bound on the bytes of request bodies that are in memory at the same time, however many clients send.
import { HubError } from '../core/errors.ts'

export type Upload = {
  /** What it may come to. */
  readonly bytes: number
  /** How much of it has come by now. */
  readonly received: () => number
  /** Ends it. */
  readonly drop: () => void
}

export type ByteBudget = {
  /**
   * Takes a share of the budget and gives the function that hands it back. When it is spent, those who send slowly make
   * way; throws server.busy when that is not enough.
   */
  take(upload: Upload): () => void
}

/** Whoever is slower than this after a moment only holds a place: any mail provider's server sends megabytes a second. */
const SLOW = { afterMs: 2_000, bytesPerMs: 64 }

type Share = Upload & { readonly since: number }

export function createByteBudget(limit: number, now = () => performance.now()): ByteBudget {
  const shares = new Set<Share>()
  let taken = 0

  function release(share: Share): void {
    if (shares.delete(share)) taken -= share.bytes
  }

  function isSlow({ since, received }: Share): boolean {
    const age = now() - since
    return age > SLOW.afterMs && received() < age * SLOW.bytesPerMs
  }

  return {
    take(upload) {
      for (const share of shares) {
        if (taken + upload.bytes <= limit) break
        if (!isSlow(share)) continue
        release(share)
        share.drop()
      }
      if (taken + upload.bytes > limit) throw new HubError('server.busy')
      const share = { ...upload, since: now() }
      shares.add(share)
      taken += share.bytes
      return () => release(share)
    },
  }
}
