// Every key that the hub has in Redis. One hash tag: a script may touch them all, also on a cluster.

const DAY_MS = 86_400_000

export const FEED_KEYS = {
  /** Stream: the events; its ids are the cursors. */
  events: 'hub:{feed}:events',
  /** Hash: run (id of the Redis process that began the life), epoch, full, taken. */
  meta: 'hub:{feed}:meta',
  /** List: every life as EPOCH:BASE, oldest first. */
  lives: 'hub:{feed}:lives',
} as const

/** String: who is named in a stretch of the events. See feed/names.ts. */
export const namesKey = (number: number | ''): string => `hub:{feed}:names:${number}`

/**
 * Sets of the ids that were stored, one a day (UTC): the day of an instant, the two before and the one after,
 * because the clocks of two processes may stand on two sides of midnight.
 */
export function seenKeys(at: number): readonly [today: string, ...others: string[]] {
  const day = Math.floor(at / DAY_MS)
  const key = (offset: number): string => `hub:{feed}:seen:${day + offset}`
  return [key(0), key(-1), key(-2), key(1)]
}

/** Hash: the processes that share this Redis, by their ids. */
export const PROCESSES_KEY = 'hub:{feed}:processes'

/** A one-time word that was used. */
export const usedKey = (word: string): string => `hub:{feed}:used:${word}`

/** What is under way of campaigns. One hash tag of their own. */
export const SEND_KEYS = {
  /** BullMQ makes its keys from this, one queue a lane. */
  queuePrefix: 'hub:{send}:queue',
  /** String: the last fencing token. */
  token: 'hub:{send}:token',
  /** Hash: the token of who has the chunk, and its marks. */
  chunk: (campaignId: string, chunk: number) => `hub:{send}:chunk:${campaignId}:${chunk}`,
  /** All of them, as a pattern. */
  anyChunk: 'hub:{send}:chunk:*',
  /** Hash: pace (JSON), next (when the next mail is due, in ms). */
  lane: (name: string) => `hub:{send}:lane:${name}`,
  /** Sorted set: the places that are held, OWNER PLACE, by the time they are free again. */
  places: (lane: string) => `hub:{send}:lane:${lane}:places`,
  /** Sorted set: the owners that want places, by the time they no longer count. */
  owners: (lane: string) => `hub:{send}:lane:${lane}:owners`,
} as const
