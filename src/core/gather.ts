// Gathers calls into batches: work that costs more per step than per item is done in one step for all waiting callers.

type Call<Item, Answer> = PromiseWithResolvers<Answer> & { readonly item: Item }

type Options<Item> = {
  /** The most that one step takes, in units of `sizeOf` (by default 1 per item). A larger item goes alone. */
  readonly most?: number
  readonly sizeOf?: (item: Item) => number
  /** Awaited before each step, so that more calls can join it. */
  readonly pause?: () => Promise<void>
}

/**
 * Runs one step at a time, for all items that came at the same moment or during the last step. A step returns an answer for each
 * of its items, in their order; if it fails, it fails for all of them.
 */
export function gather<Item, Answer>(
  step: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { most = Infinity, sizeOf = () => 1, pause = async () => {} }: Options<Item> = {},
) {
  const waiting: Call<Item, Answer>[] = []
  let running: Promise<void> | undefined

  function takeNext(): Call<Item, Answer>[] {
    let size = 0
    const end = waiting.findIndex(({ item }) => (size += sizeOf(item)) > most)
    return waiting.splice(0, end < 0 ? waiting.length : Math.max(end, 1))
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await pause()
      const all = takeNext()
      try {
        const answers = await step(all.map(({ item }) => item))
        for (const [n, answer] of answers.entries()) all[n]?.resolve(answer)
      } catch (error) {
        for (const { reject } of all) reject(error)
      }
    }
    running = undefined
  }

  return {
    ask(item: Item): Promise<Answer> {
      const call = { item, ...Promise.withResolvers<Answer>() }
      waiting.push(call)
      running ??= run()
      return call.promise
    },
    /** Resolves when nothing waits. */
    idle: async (): Promise<void> => running,
  }
}
