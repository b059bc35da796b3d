// The four states of an answer, when it is asked for again, and when not.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, createApi } from '../../public/page/ground/api.js'
import { createAsking, failureOf, undoneOf } from '../../public/page/ground/asking.js'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2030-05-06T12:00:00Z') })
  vi.stubGlobal('document', { hidden: false })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Answers as the test says. */
function lab(how?: { everyMs: number }) {
  const answers: (number | Error)[] = []
  let asked = 0
  const asking = createAsking({ clock: () => Date.now() })
  const question = asking.question(async () => {
    asked += 1
    const answer = answers.shift() ?? asked
    if (answer instanceof Error) throw answer
    return answer
  }, how)
  const state = () => {
    const { state, value, problem } = question.store.get()
    return [state, value, problem]
  }
  return { asking, question, answers, state, asked: () => asked }
}

test('asking, then here', async () => {
  const { question, state } = lab()
  const answer = question.ask()
  expect(state()).toEqual(['asking', undefined, ''])
  await answer
  expect(state()).toEqual(['here', 1, ''])
})

test('what failed says why, and recovers by itself', async () => {
  const { question, answers, state } = lab()
  answers.push(
    new ApiError(0, 'unreachable', 'The hub cannot be reached'),
    new ApiError(500, '', 'The hub answered 500'),
  )
  await question.ask()
  expect(state()).toEqual(['failed', undefined, 'The hub cannot be reached'])
  await vi.advanceTimersByTimeAsync(2000)
  expect(state()).toEqual(['failed', undefined, 'The hub answered 500'])
  await vi.advanceTimersByTimeAsync(4000)
  expect(state()).toEqual(['here', 3, ''])
})

test('what was here is old when it cannot be had again, since it was here', async () => {
  const { question, answers, state } = lab()
  await question.ask()
  const { at } = question.store.get()
  await vi.advanceTimersByTimeAsync(60_000)
  answers.push(new ApiError(0, '', 'gone'))
  await question.ask()
  expect(state()).toEqual(['old', 1, 'gone'])
  expect(question.store.get().at).toBe(at)
})

test('what the hub will always refuse is not asked again', async () => {
  const { question, answers, asked } = lab()
  answers.push(new ApiError(400, 'request.invalid', 'no'))
  await question.ask()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([asked(), question.store.get().final]).toEqual([1, true])
})

test('the hub is back: nobody waits for the next try', async () => {
  const { asking, question, answers, state } = lab()
  answers.push(new ApiError(0, '', 'gone'))
  await question.ask()
  asking.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(state()).toEqual(['here', 2, ''])
})

test('nobody looks: it is asked when somebody does', async () => {
  const { asking, question, asked } = lab({ everyMs: 1000 })
  await question.ask()
  vi.stubGlobal('document', { hidden: true })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked()).toBe(1)
  vi.stubGlobal('document', { hidden: false })
  asking.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(asked()).toBe(2)
  question.close()
})

test('a request that hangs ends, and says that the hub does not answer', async () => {
  vi.useRealTimers()
  const request = (_: unknown, init?: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const api = createApi({ request })
  await expect(api.get('/api/setup', { limitMs: 10 })).rejects.toThrow('The hub does not answer')
})

test('the hub answers again after it was not reached: that is told, once', async () => {
  vi.useRealTimers()
  let up = false
  let told = 0
  const request = async () => {
    if (!up) throw new TypeError('fetch failed')
    return Response.json({})
  }
  const api = createApi({ request, onReached: () => (told += 1) })
  await expect(api.get('/api/setup')).rejects.toThrow('The hub cannot be reached')
  up = true
  await api.get('/api/setup')
  await api.get('/api/setup')
  expect(told).toBe(1)
})

test('what is pushed is not asked for; it is when nothing comes any more', async () => {
  const { question, state, asked } = lab({ everyMs: 10_000 })
  question.ask()
  question.put(7)
  expect(state()).toEqual(['here', 7, ''])
  for (let n = 0; n < 5; n++) {
    await vi.advanceTimersByTimeAsync(9_000)
    question.put(8 + n)
  }
  expect([asked(), ...state()]).toEqual([1, 'here', 12, ''])
  await vi.advanceTimersByTimeAsync(10_000)
  expect([asked(), ...state()]).toEqual([2, 'here', 2, ''])
})

test('what is pushed ends a failure', async () => {
  const { question, answers, state, asked } = lab()
  answers.push(new ApiError(0, '', 'gone'))
  await question.ask()
  question.put(7)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked(), ...state()]).toEqual([1, 'here', 7, ''])
})

test.each([
  [0, false],
  [400, true],
  [404, true],
  [408, false],
  [429, false],
  [503, false],
])('after a %s, it is final: %s', (status, final) => {
  const failure = failureOf(new ApiError(status, 'some.code', 'so it is'))
  expect(failure).toEqual({ problem: 'so it is', final, missing: status === 404, code: 'some.code' })
})

test('whoever is asked to wait waits for so long', async () => {
  const { question, answers, asked } = lab()
  const busy = new ApiError(429, 'request.too_many', 'later')
  busy.waitMs = 10_000
  answers.push(busy)
  await question.ask()
  await vi.advanceTimersByTimeAsync(9_999)
  expect(asked()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(asked()).toBe(2)
})

test.each([
  ['the hub was not reached', new ApiError(0, 'unreachable', 'so it is'), 'Perhaps not sent: so it is'],
  ['something failed', new ApiError(500, '', 'so it is'), 'Perhaps not sent: so it is'],
  ['a proxy failed', new ApiError(502, '', 'so it is'), 'Perhaps not sent: so it is'],
  ['a proxy has refused it', new ApiError(413, '', 'so it is'), 'Not sent: so it is'],
  [
    'the answer is no such answer',
    new TypeError('x is undefined'),
    'Perhaps not sent: The answer could not be read',
  ],
  ['the hub has refused it', new ApiError(409, 'campaign.wrong_state', 'so it is'), 'Not sent: so it is'],
  ['the hub has failed', new ApiError(503, 'archive.unavailable', 'so it is'), 'Not sent: so it is'],
  ['the page has refused it', new Error('so it is'), 'Not sent: so it is'],
])('%s', (_, error, words) => {
  expect(undoneOf(error, 'Not sent')).toBe(words)
})

test('where nothing is said before it, only a doubt is', () => {
  expect(undoneOf(new Error('Nobody would get it'))).toBe('Nobody would get it')
  expect(undoneOf(new ApiError(0, 'slow', 'no answer'))).toBe('Perhaps not done: no answer')
})
