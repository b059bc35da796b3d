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

let turn: Promise<void> | undefined

/** Lets everybody else in this process have a turn. Those who wait for it at the same time go on together. */
export const breath = (): Promise<void> =>
  (turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = undefined
      resolve()
    }),
  ))

type Asked<What, Answer> = PromiseWithResolvers<Answer> & { readonly what: What }

/** Does at once what is asked for at the same moment, or while it was at it: for what costs more a time than a piece. */
export function together<What, Answer>(
  work: (all: readonly What[]) => Promise<readonly Answer[]>,
): (what: What) => Promise<Answer> {
  const waiting: Asked<What, Answer>[] = []
  let working = false

  async function workAll(): Promise<void> {
    working = true
    while (waiting.length > 0) {
      await undefined // whoever goes on in this turn comes along
      const all = waiting.splice(0)
      try {
        const answers = await work(all.map(({ what }) => what))
        for (const [n, answer] of answers.entries()) all[n]?.resolve(answer)
      } catch (error) {
        for (const { reject } of all) reject(error)
      }
    }
    working = false
  }

  return (what) => {
    const asked = { what, ...Promise.withResolvers<Answer>() }
    waiting.push(asked)
    if (!working) void workAll()
    return asked.promise
  }
}

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
