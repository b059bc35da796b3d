// Events as a file of JSON lines: each byte of their payloads, as many as there are, in little memory.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ArchivedEvent, EventQuery } from '../../../src/core/events/ports.ts'
import { sendFile } from '../../../src/http/events/export.ts'
import type { FileType } from '../../../src/http/server/answers/files.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const ask = (query: string, headers: Record<string, string> = {}) =>
  hub.app.inject({
    url: `/api/events?${query}`,
    headers: { authorization: TOKEN, accept: 'application/x-ndjson', ...headers },
  })
const post = (events: string) =>
  hub.call({
    method: 'POST',
    url: '/api/hook',
    headers: { authorization: TOKEN, 'content-type': 'application/json' },
    payload: `{"mandrill_events":[${events}]}`,
  })

test('each event is a line, its payload as it came: large numbers, blanks and all', async () => {
  const first =
    '{"event":"open","_id":"exact","n":9007199254740993 , "msg":{"x":1.0,"s":"a\\nb 안녕 \\u2028"}}'
  const second = '{\r\n  "event": "click",\n  "_id": "exact", "n": 18446744073709551615\n}'
  await post(`${first},${second}`)
  await hub.tracked()
  const answer = await ask('message=exact&after=0')
  expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  expect(answer.headers['content-disposition']).toBe('attachment; filename="events.ndjson"')
  expect(answer.headers.vary).toMatch(/\bAccept(,|$)/)
  const lines = answer.payload.split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[2]).toBe('')
  expect(lines[0]?.endsWith(`,"data":${first}}`)).toBe(true)
  expect(lines[1]?.endsWith(`,"data":${second.replace(/[\r\n]/g, ' ')}}`)).toBe(true)
  const { events } = (await hub.get('/api/events?message=exact&after=0')).body
  expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual(events)
  expect(JSON.parse((await ask('message=exact&data=false')).payload.split('\n')[0] ?? '')).toEqual(
    Object.fromEntries(Object.entries(events[1] ?? {}).filter(([name]) => name !== 'data')),
  )
})

test('all that is selected is in it, and crosses the network small', async () => {
  const many = Array.from({ length: 1_100 }, (_, n) => ({
    event: 'send',
    _id: `many ${n}`,
    msg: { tags: ['many'] },
  }))
  await hub.post(many)
  const { payload } = await ask('tag=many&limit=7')
  const ids = payload
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message_id: string }).message_id)
  expect(ids).toEqual(many.map(({ _id }) => _id).toReversed())
  expect((await ask('tag=nobody')).payload).toBe('')
  expect((await ask('tag=many', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip')
})

test('as CSV each fact has its column', async () => {
  const opened = {
    event: 'open',
    _id: 'as a table',
    ts: 1_773_144_000,
    ip: '203.0.113.7',
    user_agent: 'Barracuda Sentinel',
    location: { city: 'Seoul', country: 'South Korea' },
    msg: { _id: 'as a table', email: 'ada@example.com', subject: 'One, two', tags: ['spring', 'first'] },
  }
  await hub.post([opened])
  const [names = '', line = ''] = (await ask('message=as%20a%20table', { accept: 'Text/CSV' })).payload.split(
    '\r\n',
  )
  expect(names).toMatch(/^\W?cursor,kind,received_at,/)
  expect(line).toMatch(
    /,opened,[^,]+,mandrill,2026-03-10T12:00:00.000Z,ada@example.com,as a table,"One, two",,,spring first,,,,true,,,203.0.113.7,"Seoul, South Korea",$/,
  )
})

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv, */*', 'text/csv'],
  ['*/*, text/csv', 'text/csv'],
  ['application/json, text/csv', 'application/json'],
  ['text/csv;q=0.5, application/json; q=0.9', 'application/json'],
  ['text/csv;q=0, */*', 'application/json'],
  ['text/csv; charset=utf-8, application/json', 'text/csv'],
  ['text/csv;q=0.1, application/x-ndjson', 'application/x-ndjson'],
  ['image/png, text/csv;q=0.1', 'text/csv'],
])('Accept: %s is answered with %s', async (accept, type) => {
  const headers = accept === undefined ? { accept: '' } : { accept }
  expect((await ask('tag=many&limit=1', headers)).headers['content-type']).toMatch(type)
})

test('no more is read than the client takes', async () => {
  const PAGES = 60
  const data = JSON.stringify({ filler: 'x'.repeat(1024 * 1024) })
  let read = 0
  const find = async ({ before }: EventQuery): Promise<readonly ArchivedEvent[]> => {
    const seq = before ? before.seq - 1 : PAGES
    if (seq === 0) return []
    read += 1
    return [
      { cursor: { epoch: 1, seq }, kind: 'sent', receivedAt: 0, facts: '{"provider":"x"}', more: null, data },
    ]
  }
  const app = fastify()
  app.get('/', (_request, reply) => sendFile(reply, 'application/x-ndjson', { find }, {}, true))
  const sent = request(await app.listen({ host: '127.0.0.1', port: 0 })).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  await once(response, 'readable')
  expect(read).toBeLessThan(PAGES / 2)
  let bytes = 0
  for await (const chunk of response) bytes += (chunk as Buffer).length
  expect(read).toBe(PAGES)
  expect(bytes).toBeGreaterThan(PAGES * data.length)
  await app.close()
})

/** An answer whose archive is `find`. */
async function answerOf(type: FileType, find: () => Promise<readonly ArchivedEvent[]>) {
  const app = fastify()
  app.get('/', (_request, reply) => sendFile(reply, type, { find }, {}, false))
  const answer = await app.inject('/')
  await app.close()
  return answer
}

test('what was kept before addresses were facts has its address in a file, too', async () => {
  const old: ArchivedEvent = {
    cursor: { epoch: 1, seq: 1 },
    kind: 'opened',
    receivedAt: 0,
    facts: '{"provider":"mandrill","at":null}',
    more: null,
    data: '{"event":"open","ip":"203.0.113.7","msg":{}}',
  }
  for (const type of ['text/csv', 'application/x-ndjson'] as const) {
    const pages = [[old], []]
    expect((await answerOf(type, async () => pages.shift() ?? [])).payload).toContain('203.0.113.7')
  }
})

test('an archive that does not answer is an error, and no file', async () => {
  const answer = await answerOf('application/x-ndjson', () => Promise.reject(new Error('gone')))
  expect(answer.statusCode).toBe(500)
  expect(answer.headers).not.toHaveProperty('content-disposition')
})
