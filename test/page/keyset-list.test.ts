// A list read page by page: what fails is told and tried again, and what is out of date is dropped.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../public/page/ground/api.js'
import { createAsking } from '../../public/page/ground/asking.js'
import { createKeysetList } from '../../public/page/lists/keyset.js'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2030-05-06T12:00:00Z') }))
afterEach(() => void vi.useRealTimers())

/** 1,000 names for any question, 100 a page; the test says what fails. */
function lab() {
  const asked: string[] = []
  const fails: (Error | undefined)[] = []
  const asking = createAsking({ clock: () => Date.now() })
  const list = createKeysetList({
    asking,
    limit: 100,
    keyOf: (name: string) => name,
    async read({ query, place, limit }: { query: string; place: string | null; limit: number }) {
      asked.push(`${query} ${place} ${limit}`)
      const error = fails.shift()
      if (error) throw error
      const start = Number(place ?? 0)
      const rows = Array.from({ length: limit }, (_, index) => `${query}${start + index}`)
      return { rows, next: start + limit < 1000 ? String(start + limit) : null, count: 1000 }
    },
  })
  const { phase, problem, trouble } = { ...list.store.get() }
  const told = () => {
    const now = list.store.get()
    return [now.phase, now.problem, now.trouble]
  }
  expect([phase, problem, trouble]).toEqual(['asking', '', ''])
  return { list, asked, fails, told, asking }
}

const gone = () => new ApiError(0, 'unreachable', 'gone')

test('the beginning comes once it can, and tells who waits for it', async () => {
  const { list, fails, told } = lab()
  fails.push(gone(), gone())
  const page = list.show('a')
  await vi.advanceTimersByTimeAsync(0)
  expect(told()).toEqual(['failed', 'gone', ''])
  await vi.advanceTimersByTimeAsync(6000)
  expect((await page)?.rows.length).toBe(100)
  expect([told(), list.store.get().count]).toEqual([['here', '', ''], 1000])
})

test('what the hub refuses for good is asked once', async () => {
  const { list, fails, asked, told } = lab()
  fails.push(new ApiError(400, 'request.invalid', 'no'))
  void list.show('a')
  await vi.advanceTimersByTimeAsync(600_000)
  expect([asked.length, told()]).toEqual([1, ['failed', 'no', '']])
})

test('of two questions only the later one counts', async () => {
  const { list } = lab()
  const first = list.show('a')
  const second = list.show('b')
  await vi.advanceTimersByTimeAsync(0)
  expect([await first, (await second)?.rows[0], list.pages.at(0)]).toEqual([undefined, 'b0', 'b0'])
})

test('the rest that fails is told and tried again, at once when the hub is back', async () => {
  const { list, fails, told, asking } = lab()
  await list.show('a')
  fails.push(gone())
  await list.need(80, 100)
  expect([told(), list.pages.size]).toEqual([['here', '', 'gone'], 100])
  asking.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect([told(), list.pages.size]).toEqual([['here', '', ''], 200])
})

test('far down, the beginning is still there; what lies between is read again where one looks', async () => {
  const { list, asked } = lab()
  await list.show('a')
  for (let end = 100; end < 1000; end += 100) await list.need(end - 20, end)
  list.pages.letGo(980, 1000)
  // More than is kept lies between only in a longer list: here all that is far is let go of by hand.
  expect([list.pages.size, list.pages.at(0)]).toEqual([1000, 'a0'])
  asked.length = 0
  await list.need(0, 20)
  expect(asked).toEqual([])
})
