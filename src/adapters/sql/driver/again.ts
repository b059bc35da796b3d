// What others get in the way of is done again.
import { HubError } from '../../../core/errors.ts'
import { backOff, createNap } from '../../../core/pause.ts'
import type { Driver } from './dialect.ts'

/** For longer than a transaction may wait for the locks of others. */
const MEETING_MS = 30_000
const PAUSES = { first: 20, most: 500 }

/**
 * Does the work again, from reading on, each time that others have got in its way, after a pause of random length, so that
 * they do not meet again. Whoever meets others for half a minute throws archive.unavailable.
 */
export async function again<T>(work: () => Promise<T>, hasMet: (error: unknown) => boolean): Promise<T> {
  const end = performance.now() + MEETING_MS
  for (let met = 0; ; met++) {
    try {
      return await work()
    } catch (error) {
      if (!hasMet(error)) throw error
      if (performance.now() > end)
        throw new HubError('archive.unavailable', {
          message: 'Others keep changing the same rows of the database',
          cause: error,
        })
      await createNap().wait(Math.random() * backOff(met, PAUSES))
    }
  }
}

/** What another's row, or a condition of this one that no longer holds, makes a transaction fail by. */
export const isFault =
  ({ fault }: Driver, which: ReturnType<Driver['fault']>) =>
  (error: unknown): boolean =>
    fault(error) === which
