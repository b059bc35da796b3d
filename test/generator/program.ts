// A program of somebody who has generated a client from /doc/json: the test puts the generated types beside it, checks its
// types, and runs it against a hub.
import createClient from 'openapi-fetch'
import type { components, paths } from './hub.ts'

const { HUB = '', TOKEN = '' } = process.env
const hub = createClient<paths, 'application/json'>({
  baseUrl: HUB,
  headers: { authorization: `Bearer ${TOKEN}` },
})

const added = await hub.POST('/subscribe', { body: { email: 'ann@example.com', name: 'Ann' } })
if (added.error) throw new Error(added.error.error.message)
if (!('id' in added.data)) throw new Error('a subscriber was added, no campaign')
const ann: components['schemas']['Subscriber'] = added.data
await hub.POST('/subscribe', { body: { email: 'ben@example.com', name: 'Ben' } })
await hub.DELETE('/subscribe/{id}', { params: { path: { id: ann.id } } })

const mailable = await hub.GET('/subscribe', { params: { query: { mailable: true, limit: 10 } } })
const gone = await hub.GET('/subscribe/{id}', { params: { path: { id: ann.id } } })
const { data: page } = await hub.GET('/api/events', { params: { query: { events: 'opened' } } })
const campaign = await hub.POST('/campaigns', {
  body: { subject: 'News in May', content: '<p>Hello {{name}}</p><a href="{{unsubscribe_url}}">Leave</a>' },
})

console.log(
  JSON.stringify({
    mailable: mailable.data?.subscribers.map(({ email }) => email),
    gone: gone.error?.error.code,
    requestId: typeof gone.response.headers.get('x-request-id'),
    opened: page?.events.map(({ kind }) => kind),
    campaign: campaign.data?.status,
  }),
)

// What the document does not have is an error of types: these lines are checked, and never run.
export const mistakes = [
  // @ts-expect-error: no such path
  () => hub.GET('/subscribers'),
  // @ts-expect-error: no such parameter
  () => hub.GET('/subscribe', { params: { query: { page: 2 } } }),
  // @ts-expect-error: a campaign wants a content
  () => hub.POST('/campaigns', { body: { subject: 'News' } }),
  // @ts-expect-error: no such field
  () => ann.mail,
  // @ts-expect-error: no such word
  () => campaign.data?.status === 'sent',
]
