// A list read page by page: what fails is told and tried again, and what is out of date is dropped.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../../public/page/ground/api.js'
import { createAsking } from '../../../public/page/ground/asking.js'
import { createKeysetList } from '../../../public/page/lists/keyset.js'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2030-05-06T12:00:00Z') }))
afterEach(() => void vi.useRealTimers())

type Ask = { query: string; place: string | null; limit: number; fromEnd: boolean }

/** 1,000 names for any question, 100 a page; the test says what fails. */
function lab() {
  const asked: string[] = []
  const fails: (Error | undefined)[] = []
  const asking = createAsking({ clock: () => Date.now() })
  const list = createKeysetList({
    asking,
    limit: 100,
    keyOf: (name: string) => name,
    async read({ query, place, limit, fromEnd }: Ask) {
      asked.push(`${query} ${place} ${limit}`)
      const error = fails.shift()
      if (error) throw error
      if (fromEnd) {
        const end = Number(place ?? 1000)
        const rows = Array.from({ length: limit }, (_, index) => `${query}${end - 1 - index}`)
        return { rows, next: String(end - limit), count: 1000 }
      }
      const start = Number(place ?? 0)
      const rows = Array.from({ length: limit }, (_, index) => `${query}${start + index}`)
      return { rows, next: start + limit < 1000 ? String(start + limit) : null, count: 1000 }
    },
  })
  const { phase, problem, trouble } = { ...list.store.get() }
  const ends = () => [list.store.get().ends, list.store.get().ending]
  const told = () => {
    const now = list.store.get()
    return [now.phase, now.problem, now.trouble]
  }
  expect([phase, problem, trouble]).toEqual(['asking', '', ''])
  return { list, asked, fails, told, asking, ends }
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

test('a list that is begun shows what comes, and below it what came before, once that can be read', async () => {
  const { list, fails, told, asked } = lab()
  fails.push(gone(), gone())
  const page = list.show('a')
  await vi.advanceTimersByTimeAsync(0)
  list.begin('3', () => undefined)
  expect(await page).toBeUndefined()
  list.pages.prepend(['new'])
  list.changed()
  expect([told(), list.store.get().begun, list.pages.at(0)]).toEqual([['here', 'gone', 'gone'], true, 'new'])
  await vi.advanceTimersByTimeAsync(2000)
  expect([told(), list.store.get().begun]).toEqual([['here', 'gone', 'gone'], true])
  list.retry()
  await vi.advanceTimersByTimeAsync(0)
  expect([told(), list.store.get().begun]).toEqual([['here', '', ''], false])
  expect([list.pages.at(0), list.pages.at(1), asked.at(-1)]).toEqual(['new', 'a3', 'a 3 100'])
})

test('a first page that comes after the list was begun goes below, as far as it belongs there', async () => {
  const { list, asked } = lab()
  const page = list.show('a')
  list.begin('0', ({ rows }) => rows.slice(2))
  list.pages.prepend(['new'])
  await list.need(0, 10)
  expect(await page).toBeUndefined()
  expect([list.pages.size, list.pages.at(0), list.pages.at(1), list.store.get().begun]).toEqual([
    99,
    'new',
    'a2',
    false,
  ])
  await list.need(90, 99)
  expect([asked, list.pages.at(99)]).toEqual([['a null 100', 'a 100 100'], 'a100'])
})

test('the end is read at once, and only once; how many lie between is told', async () => {
  const { list, asked, ends } = lab()
  await list.show('a')
  await list.toEnd()
  expect([ends(), list.pages.size, list.pages.at(200), list.between]).toEqual([[1, false], 201, 'a999', 800])
  asked.length = 0
  await list.toEnd()
  expect([ends(), asked]).toEqual([[2, false], []])
  await list.need(110, 130)
  expect([asked, list.pages.size, list.between]).toEqual([['a 900 100'], 301, 700])
})

test('an end that cannot be had says why, and is gone to once it can; not by whoever has gone elsewhere', async () => {
  const { list, fails, told, ends } = lab()
  await list.show('a')
  fails.push(gone())
  await list.toEnd()
  expect([told(), ends()]).toEqual([
    ['here', '', 'gone'],
    [0, true],
  ])
  await vi.advanceTimersByTimeAsync(2000)
  expect([told(), ends()]).toEqual([
    ['here', '', ''],
    [1, false],
  ])
  await list.show('b')
  fails.push(gone())
  await list.toEnd()
  list.stay()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([told(), ends(), list.pages.hole]).toEqual([['here', '', ''], [1, false], -1])
})

test('End that is pressed again and again is one question, and leads nowhere once one has gone elsewhere', async () => {
  const { list, asked, ends } = lab()
  await list.show('a')
  asked.length = 0
  const first = list.toEnd()
  const second = list.toEnd()
  await Promise.all([first, second])
  expect([asked.length, ends()]).toEqual([1, [1, false]])
  await list.show('b')
  const third = list.toEnd()
  list.stay()
  await third
  expect([list.pages.hole, ends()]).toEqual([100, [1, false]])
})
