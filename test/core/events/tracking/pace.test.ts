// How tracking paces itself: at the feed's head it lets events gather, behind it no time is lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Cursor } from '../../../../src/core/events/cursor.ts'
import type { EventFeed, FeedPage } from '../../../../src/core/events/ports.ts'
import { createProgress } from '../../../../src/core/events/tracking/progress.ts'
import { startTerm } from '../../../../src/core/events/tracking/term.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const at = (seq: number): Cursor => ({ epoch: 3, seq })
const pageTo = (next: number, head: number): FeedPage => ({
  events: [],
  gap: undefined,
  next: at(next),
  head: at(head),
})

function lab() {
  let give: Parameters<EventFeed['follow']>[1] = () => {}
  const feed = {
    follow: (_after: Cursor, onPage: typeof give) => {
      give = onPage
      return { close: async () => {} }
    },
  } as Partial<EventFeed> as EventFeed
  const progress = createProgress()
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const record = async (_from: Cursor, { next }: Pick<FeedPage, 'next'>) => progress.moveTo(next)
  const term = startTerm({ feed, progress, record, log, onTrouble: () => {} })
  /** Whether the next page may come, without any time having passed. */
  async function isReady(page: FeedPage): Promise<boolean> {
    let ready = false
    void Promise.resolve(give(page)).then(() => (ready = true))
    await vi.advanceTimersByTimeAsync(0)
    return ready
  }
  return { term, progress, isReady }
}

test('a page that ends behind the head, however short it is, is followed at once by the next one', async () => {
  const { isReady } = lab()
  expect(await isReady(pageTo(10, 5_000))).toBe(true)
  expect(await isReady(pageTo(1_010, 5_000))).toBe(true)
})

test('at the head what comes gathers for a while, unless somebody waits for it', async () => {
  const { term, progress, isReady } = lab()
  expect(await isReady(pageTo(1_000, 1_000))).toBe(false)
  term.hurry()
  void progress.reached(at(3_000), 60_000)
  expect(await isReady(pageTo(2_000, 2_000))).toBe(true)
})
