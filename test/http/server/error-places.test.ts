// An error text names the place where the wrong thing stands: in the query, the body, a header, or a socket's message.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'

let hub: TestHub
let draft = ''
const headers = { authorization: TOKEN }
const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
const mail = { subject: 'News', content: '<p>Hello</p>' }
const long = 'x'.repeat(2_000)

beforeAll(async () => {
  hub = await startHub()
  const made = await hub.call({ method: 'POST', url: '/campaigns', headers, payload: mail })
  draft = (made.body.campaign as { id: string } | undefined)?.id ?? made.body.id
})
afterAll(() => hub?.close())

test.each([
  ['/api/events?before=x', 'query: before is not a cursor'],
  ['/api/events?before=0&after=0', 'query: before and after cannot be combined'],
  ['/api/events?since=noon', 'query: since must be a time with its offset, such as '],
  ['/api/stats?until=2026-03-10T12:00:00', 'query: until must be a time with its offset, such as '],
  ['/api/events?events=nope', 'query: events "nope" is not a kind of event'],
  [`/api/events?email=${long}`, /^query: email /],
  [`/api/stats?tag=${long}`, /^query: tag /],
  ['/api/stats?minutes=5&since=2026-03-10T12:00:00Z', 'query: minutes and since cannot be combined'],
  ['/api/stats?step=1', /^query: step /],
  ['/api/quarantine?limit=x', /^query: limit /],
  ['/suppressions?after=x', /^query: after /],
  ['/subscribe?subscribed=x', /^query: subscribed /],
  ['/campaigns/x/deliveries?status=x', /^query: status /],
] as const)('GET %s', async (url, message) => {
  const { status, body } = await hub.get(url)
  expect([status, body.error.message]).toEqual([400, expect.stringMatching(beginning(message))])
})

const longKey = { 'idempotency-key': 'k'.repeat(300) }
const oddKey = { 'idempotency-key': 'a key\u00e9' }
test.each([
  ['POST', '/subscribe', headers, { name: 'Ann' }, /^body: email /],
  ['POST', '/subscribe', form, 'name=Ann', /^body: email /],
  ['POST', '/subscribe', form, 'email=ann@example.com', /^body: name /],
  ['POST', '/subscribe', form, 'email=nobody&name=', /^body: email /],
  ['PATCH', '/subscribe', headers, { email: 'nobody' }, /^body: email /],
  ['DELETE', '/subscribe?email=a', headers, undefined, /^query: /],
  ['DELETE', '/subscribe', headers, { email: 'a' }, /^body: /],
  ['POST', '/suppressions', headers, { email: 'a@example.com', reason: 'x' }, /^body: reason /],
  [
    'POST',
    '/suppressions',
    headers,
    { email: 'a@example.com', reason: 'manual', until: 'x' },
    /^body: until /,
  ],
  ['POST', '/subscribe/send-mail', headers, { content: 'x' }, /^body: subject /],
  ['POST', '/campaigns', headers, { content: 'x' }, /^body: subject /],
  ['POST', '/campaigns', headers, { ...mail, reply_to: 'nobody' }, /^body: reply_to /],
  ['POST', '/campaigns', headers, { ...mail, subject: '{{nobody}}' }, /^subject: /],
  ['POST', '/campaigns', headers, { ...mail, send_at: 'noon' }, /^body: send_at /],
  ['POST', '/campaigns', { ...headers, ...longKey }, mail, /^headers: idempotency-key /i],
  ['POST', '/campaigns', { ...headers, ...oddKey }, mail, /^headers: idempotency-key /i],
  ['POST', '/campaigns/:draft/test', headers, { to: 'nobody' }, /^body: to /],
  ['POST', '/api/session', headers, {}, /^body: token /],
  ['POST', '/api/hook', headers, { mandrill_events: {} }, /^mandrill_events: /],
  ['POST', '/api/hook', headers, {}, /^The body has no field/],
] as const)('%s %s %j %j', async (method, url, given, payload, message) => {
  const { status, body } = await hub.call({
    method,
    url: url.replace(':draft', draft),
    headers: { ...given },
    ...(payload !== undefined && { payload: typeof payload === 'string' ? payload : { ...payload } }),
  })
  expect([status, body.error.message]).toEqual([400, expect.stringMatching(beginning(message))])
})

test.each([
  ['after=0&last=1', undefined, 'query: last cannot be combined with after'],
  ['last=x', undefined, /^query: last /],
  ['format=xml', undefined, /^query: format /],
  ['campaigns=yes', undefined, /^query: campaigns /],
  ['setup=yes', undefined, /^query: setup /],
  ['evnts=open', undefined, /^query: evnts is not known; known are: after, last, events, /],
  ['events=nope', undefined, /^query: events "nope" /],
  ['', { evnts: ['open'] }, 'filter message: evnts is not known; known are: events, email, tag, campaign'],
  ['', { events: ['nope'] }, 'filter message: events "nope" is not a kind of event'],
  ['', { events: [1] }, 'filter message: events must be a list of words'],
  ['', { email: 5 }, /^filter message: email /],
] as const)('a socket with ?%s that says %j', async (query, filter, message) => {
  const socket = await openSocket(hub.address, query, { headers })
  if (filter) socket.send({ type: 'filter', ...filter })
  expect(await socket.first('error')).toMatchObject({ message: expect.stringMatching(beginning(message)) })
  socket.ws.terminate()
})

/** A text is how it begins. */
function beginning(message: string | RegExp): RegExp {
  return typeof message === 'string' ? new RegExp(`^${message}`) : message
}
