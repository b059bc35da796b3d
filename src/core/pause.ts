// Waiting: pauses that can be cut short, time limits, and how long to wait.

/** A pause that a signal cuts short. Any number may wait for the same signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    if (signal.aborted) end()
  })
}

/** The value of a promise if it comes in time; else what `late` returns or throws. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => T): Promise<T> {
  const nap = createNap()
  try {
    const result = await Promise.race([promise.then((value) => ({ value })), nap.wait(ms)])
    return result ? result.value : late()
  } finally {
    nap.wake()
  }
}

let turn: Promise<void> | undefined

/** Lets the event loop run once. All who wait for it at the same time go on together. */
export const breath = (): Promise<void> =>
  (turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = undefined
      resolve()
    }),
  ))

/** How long ago `at` was. Infinity if the clock was set back since, so that nothing waits until that time comes again. */
export const ago = (at: number, now: number): number => (at <= now ? now - at : Infinity)

/** How long to wait after this many failures in a row: it doubles with each. */
export function backOff(failures: number, { first, most }: { first: number; most: number }): number {
  return Math.min(first * 2 ** failures, most)
}

/** A pause that wake() cuts short. Only one may wait at a time. */
export function createNap() {
  let end = () => {}
  return {
    wait: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(() => end(), ms)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    wake: (): void => end(),
  }
}
