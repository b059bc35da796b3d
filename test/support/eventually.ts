// Waits for something to become true, for as long as a busy machine may need. The one place that says how long that is.
import { expect, vi } from 'vitest'

export const PATIENCE_MS = 150_000

/** For a value: `await eventually(() => read()).toBe(3)`. */
export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 50 })
}

/** For whatever throws until it holds; tells what it gave. */
export function until<T>(check: () => T | Promise<T>, interval = 10): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval })
}
