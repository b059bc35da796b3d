// Larger steps under load: what costs more a time than a piece is done at once for all who ask.

type Asked<What, Answer> = PromiseWithResolvers<Answer> & { readonly what: What }

type Steps<What> = {
  /** What one step takes at most, by `sizeOf`, which counts pieces unless it is given; a piece that is larger goes alone. */
  readonly most?: number
  readonly sizeOf?: (what: What) => number
  /** What is waited for before each step: whoever asks meanwhile comes along. */
  readonly pause?: () => Promise<void>
}

/**
 * One step at a time, which answers all that it was given, in their order: what was asked for at the same moment, or while
 * the last one was at it. Where it fails, it fails for all of these.
 */
export function gather<What, Answer>(
  step: (all: readonly What[]) => Promise<readonly Answer[]>,
  { most = Infinity, sizeOf = () => 1, pause = async () => {} }: Steps<What> = {},
) {
  const waiting: Asked<What, Answer>[] = []
  let running: Promise<void> | undefined

  function takeNext(): Asked<What, Answer>[] {
    let size = 0
    const end = waiting.findIndex(({ what }) => (size += sizeOf(what)) > most)
    return waiting.splice(0, end < 0 ? waiting.length : Math.max(end, 1))
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await pause()
      const all = takeNext()
      try {
        const answers = await step(all.map(({ what }) => what))
        for (const [n, answer] of answers.entries()) all[n]?.resolve(answer)
      } catch (error) {
        for (const { reject } of all) reject(error)
      }
    }
    running = undefined
  }

  return {
    ask(what: What): Promise<Answer> {
      const asked = { what, ...Promise.withResolvers<Answer>() }
      waiting.push(asked)
      running ??= run()
      return asked.promise
    },
    /** Resolves when nothing waits. */
    idle: async (): Promise<void> => running,
  }
}
