// events=: each of Mandrill's words and of the hub's selects what it names and nothing else, in the API and on a socket.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KINDS } from '../../../src/core/events/event.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'

const WORDS = {
  send: 'sent',
  deferral: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'soft_bounced',
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  spam: 'complained',
  unsub: 'unsubscribed',
  reject: 'rejected',
  inbound: 'inbound',
}
const LISTS = ['blacklist', 'denylist', 'whitelist', 'allowlist', 'safelist']
const ACTIONS = ['add', 'change', 'remove', 'something new']
const EVENTS = [
  ...Object.keys(WORDS).map((event) => ({ event, _id: event })),
  { event: 'nobody knows', _id: 'unknown event' },
  { event: 'nobody knows', type: 'blacklist', _id: 'unknown event with a type' },
  ...LISTS.flatMap((type) =>
    ACTIONS.map((action) => ({ type, action, reject: { email: 'a@example.com' }, _id: `${type} ${action}` })),
  ),
  // It must not end a search that more of the same kinds come first.
  ...Array.from({ length: 250 }, (_, n) => ({ type: 'safelist', action: 'add', _id: `safelist add ${n}` })),
]
const listed = (list: string) => EVENTS.map(({ _id }) => _id).filter((id) => id.startsWith(`${list} `))

let hub: TestHub
beforeAll(async () => {
  hub = await startHub()
  await hub.post(EVENTS)
})
afterAll(() => hub.close())

async function walk(query: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let next: string | null = '0'; next !== null;) {
    const { body } = await hub.get(`/api/events?${query}&limit=${limit}&after=${next}`)
    ids.push(...body.events.map(({ data }) => data._id))
    next = body.next
  }
  return ids
}

const TABLE: readonly (readonly [events: string, expected: readonly string[]])[] = [
  ...Object.keys(WORDS).map((word): [string, string[]] => [word, [word]]),
  ...Object.entries(WORDS).map(([word, kind]): [string, string[]] => [kind, [word]]),
  ...LISTS.map((list): [string, string[]] => [list, listed(list)]),
  ['blacklist,open', ['open', ...listed('blacklist')]],
  ['blacklist,whitelist', [...listed('blacklist'), ...listed('whitelist')]],
  ['suppressed', ['blacklist add', 'blacklist change', 'denylist add', 'denylist change']],
  [KINDS.join(), EVENTS.map(({ _id }) => _id)],
]

test.each(TABLE)('%s', async (events, expected) => {
  expect(await walk(`events=${events}`, 1000)).toEqual(expected)
  expect(await walk(`events=${events}`, 7)).toEqual(expected)
  const newest = await hub.get(`/api/events?events=${events}&limit=2`)
  expect(newest.body.events.map(({ data }) => data._id)).toEqual(expected.slice(-2).toReversed())
  const { steps } = (await hub.get(`/api/stats?events=${events}`)).body
  expect(steps.flatMap(({ counts }) => Object.values(counts)).reduce((all, count) => all + count, 0)).toBe(
    expected.length,
  )
  const headers = { authorization: TOKEN }
  const socket = await openSocket(hub.address, `after=0&events=${events}`, { headers })
  await socket.until((frames) => frames.some((frame) => frame.type === 'position' && frame.live))
  expect(socket.ids()).toEqual(expected)
  socket.ws.terminate()
})

test('a word that is none is told all that there are, each once', async () => {
  const { status, body } = await hub.get('/api/events?events=open,opend')
  const [said, known = ''] = body.error?.message.split('; known are: ') ?? []
  expect([status, said]).toEqual([400, 'query: events "opend" is not a kind of event'])
  expect(known.split(', ').toSorted()).toEqual(
    [...new Set([...KINDS, ...Object.keys(WORDS), ...LISTS])].toSorted(),
  )
})
