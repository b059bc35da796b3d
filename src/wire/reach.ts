// Connecting to stores, under the name of their setting: every error names it and the cause.
import { setTimeout as pause } from 'node:timers/promises'
import { causeOf } from '../core/causes.ts'
import { isHubError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

/** When a whole machine starts, stores may come up after the hub. */
const PATIENCE = { forMs: 60_000, tellMs: 5_000, retryMs: 500 }

/** Puts the setting's name before the cause of an error. */
export async function named<T>(setting: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = causeOf(error)
    throw new Error(cause.startsWith(setting) ? cause : `${setting}: ${cause}`, { cause: error })
  }
}

/** Tries for a minute if the store may still come up, and logs that at once and every 5 s; otherwise fails at once. */
export async function patiently<T>(
  setting: string,
  log: Log,
  reach: () => Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const until = Date.now() + patience.forMs
  for (let tellAt = 0; ;) {
    try {
      return await reach()
    } catch (error) {
      if (!isHubError(error) || Date.now() >= until) return named(setting, () => Promise.reject(error))
      if (Date.now() >= tellAt) {
        log.warn({ setting, cause: causeOf(error) }, `${setting} cannot be reached, trying again`)
        tellAt = Date.now() + patience.tellMs
      }
      await pause(patience.retryMs)
    }
  }
}
