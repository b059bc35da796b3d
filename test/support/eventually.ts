// Waits for something to become true, for as long as a busy machine may need.
import { expect } from 'vitest'

export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 40_000, interval: 50 })
}
