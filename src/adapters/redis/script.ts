// Lua scripts in Redis: each runs all or nothing, in one round trip.
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

export type Script = { readonly text: string; readonly sha: string }

export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Runs a script that Redis most likely has already. */
export async function run(
  redis: Redis,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (Buffer | string)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.eval(text, keys.length, ...keys, ...args)
  }
}
