// What answers the page's questions: the hub, or something in its place.
import { expect, test } from 'vitest'
import { createApi, type Api } from '../../public/page/ground/api.js'
import { isFinal } from '../../public/page/ground/asking.js'

const answering = (body: string, init?: ResponseInit) =>
  createApi({ request: async () => new Response(body, init) })

test.each([
  ['a page of a proxy', '<h1>Wi-Fi</h1>'],
  ['an answer that was cut off', '{"events":[{"cur'],
  ['nothing at all', ''],
  ['null', 'null'],
  ['a word', '"ok"'],
])('%s is no answer of the hub, and is asked for again', async (_, body) => {
  const error = await answering(body)
    .get('/api/events')
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ message: 'The answer did not come from the hub' })
  expect(isFinal(error)).toBe(false)
})

test('a page of a proxy is no event, either', async () => {
  const headers = { 'content-type': 'text/html' }
  const beginning = answering('<h1>Wi-Fi</h1>', { headers }).beginning('/api/events/1-0', 100)
  await expect(beginning).rejects.toThrow('The answer did not come from the hub')
})

test('an error that says nothing is told by its number', async () => {
  const error = await answering('<h1>Bad gateway</h1>', { status: 502 }).get('/api/events').catch(String)
  expect(error).toBe('ApiError: The hub answered 502')
})

test('nothing to say is an answer, too', async () => {
  const api = createApi({ request: async () => new Response(null, { status: 204 }) })
  expect(await api.call('DELETE', '/api/session')).toBe(null)
})

const refusal = (code: string) => JSON.stringify({ error: { code, message: 'no' } })

test.each([
  ['what is asked for', (api: Api) => api.get('/api/events')],
  ['the beginning of an event', (api: Api) => api.beginning('/api/events/1-0', 10)],
  ['a file', (api: Api) => api.begun('/subscribe', 'text/csv')],
])('whoever is not signed in any more is told so by %s', async (_, ask) => {
  let out = 0
  const request = async () => new Response(refusal('access.unauthorized'), { status: 401 })
  await expect(ask(createApi({ request, onSignedOut: () => (out += 1) }))).rejects.toThrow('no')
  expect(out).toBe(1)
})

test('a file of another type is none: a proxy has answered in its place', async () => {
  const csv = answering('<h1>Wi-Fi</h1>', { headers: { 'content-type': 'text/html' } })
  await expect(csv.begun('/subscribe', 'text/csv')).rejects.toThrow('The answer did not come from the hub')
})

test('what is gone already is removed, by the hub’s word only', async () => {
  const gone = answering(refusal('campaign.not_found'), { status: 404 })
  expect(await gone.call('DELETE', '/campaigns/1')).toBe(null)
  await expect(gone.get('/campaigns/1')).rejects.toThrow('no')
  const proxy = answering('<h1>Not found</h1>', { status: 404 })
  await expect(proxy.call('DELETE', '/campaigns/1')).rejects.toThrow('The hub answered 404')
  const kept = answering(refusal('campaign.wrong_state'), { status: 409 })
  await expect(kept.call('DELETE', '/campaigns/1')).rejects.toThrow('no')
})

test.each([
  ['7', 429, 7_000],
  ['86400', 429, 300_000],
  ['Sat, 28 Nov 2026 00:00:00 GMT', 429, 0],
  ['7', 503, 0],
])('Retry-After: %s of a %i', async (after, status, waitMs) => {
  const api = answering(refusal('request.too_many'), { status, headers: { 'retry-after': after } })
  await expect(api.get('/api/events')).rejects.toMatchObject({ waitMs })
})

test('an answer that is cut off was the hub’s: nobody is told that it is back', async () => {
  let back = 0
  const cut = () => new ReadableStream({ start: (body) => body.error(new TypeError('network error')) })
  const api = createApi({ request: async () => new Response(cut()), onReached: () => (back += 1) })
  for (const _ of [1, 2]) await expect(api.get('/api/events')).rejects.toThrow('The hub cannot be reached')
  expect([back, api.isReached()]).toEqual([0, true])
})

test('an answer without what was asked for cannot be read', async () => {
  const api = answering('{"auth":"on"}')
  await expect(api.session()).rejects.toThrow('The answer could not be read')
  expect(await api.signIn('a-token')).toEqual({ auth: 'on' })
})

test('a wrong token is no end of a session', async () => {
  let out = 0
  const request = async () => new Response(refusal('access.wrong_token'), { status: 401 })
  await expect(createApi({ request, onSignedOut: () => (out += 1) }).signIn('x')).rejects.toThrow('no')
  expect(out).toBe(0)
})

test('who has let go is told nothing of the hub', async () => {
  const gone = AbortSignal.abort(new Error('let go'))
  const request: typeof fetch = async (_, { signal } = {}) => (signal?.throwIfAborted(), new Response('{}'))
  const api = createApi({ request })
  await expect(api.get('/api/events', { signal: gone })).rejects.toThrow('let go')
  expect(api.isReached()).toBe(true)
})

test('a file is asked for by its type; an event that is cut off says that the hub is not reached', async () => {
  let asked: Headers | undefined
  const cut = () => new ReadableStream({ start: (body) => body.error(new TypeError('network error')) })
  const request: typeof fetch = async (_, { headers } = {}) => {
    asked = new Headers(headers)
    return new Response(cut(), { headers: { 'content-type': 'application/json' } })
  }
  const event = createApi({ request }).beginning('/api/events/1-0', 100)
  await expect(event).rejects.toThrow('The hub cannot be reached')
  expect(asked?.get('accept')).toBe('application/json')
})
