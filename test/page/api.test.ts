// What answers the page's questions: the hub, or something in its place.
import { expect, test } from 'vitest'
import { createApi } from '../../public/page/ground/api.js'
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
