// Reaching what the hub leans on, each by the name of its setting: whatever goes wrong names it, and why. Part of wire.ts.
import { setTimeout as pause } from 'node:timers/promises'
import { causeOf } from '../core/causes.ts'
import { isHubError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

/** Stores may come up after the hub, when a whole machine starts. */
const PATIENCE = { forMs: 60_000, tellMs: 5_000, retryMs: 500 }

/** Fails at once, with the setting's name before the cause. */
export async function named<T>(setting: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = causeOf(error)
    throw new Error(cause.startsWith(setting) ? cause : `${setting}: ${cause}`, { cause: error })
  }
}

/** Waits a minute for what may still come, and tells so at once and every 5 s; fails at once for what will not. */
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
