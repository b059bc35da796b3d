// Waiting: waits that can be cut short, and how long to wait.

/** Cut short by a signal; any number of them at a time may wait for the same one. */
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

/** What comes in time, else what `late` says, or throws. */
export async function within<T>(ms: number, coming: Promise<T>, late: () => T): Promise<T> {
  const nap = createNap()
  try {
    const come = await Promise.race([coming.then((value) => ({ value })), nap.wait(ms)])
    return come ? come.value : late()
  } finally {
    nap.wake()
  }
}

let turn: Promise<void> | undefined

/** Lets everybody else in this process have a turn. Those who wait for it at the same time go on together. */
export const breath = (): Promise<void> =>
  (turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = undefined
      resolve()
    }),
  ))

/** How long ago `at` was; longer than anything where the clock has been set back since: nothing may wait for it to come again. */
export const ago = (at: number, now: number): number => (at <= now ? now - at : Infinity)

/** How long to wait after so many failures in a row: doubles with each. */
export function backOff(failures: number, { first, most }: { first: number; most: number }): number {
  return Math.min(first * 2 ** failures, most)
}

/** Cut short by whoever calls wake(). One waits at a time. */
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
