// A bound on the bytes of request bodies that are in memory at the same time, however many clients send.
import { HubError } from '../core/errors.ts'

export type ByteBudget = {
  /** Takes a share of the budget and gives the function that hands it back. Throws server.busy when it is spent. */
  take(bytes: number): () => void
}

export function createByteBudget(limit: number): ByteBudget {
  let taken = 0
  return {
    take(bytes) {
      if (taken + bytes > limit) throw new HubError('server.busy')
      taken += bytes
      let held = true
      return () => {
        if (held) taken -= bytes
        held = false
      }
    },
  }
}
