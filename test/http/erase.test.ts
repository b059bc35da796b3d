// POST /subscribe/{id}/erase reaches events: in the feed, in the archive, and in quarantine. Of that person only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/feed-lab.ts'
import { startHub, TOKEN, type TestHub } from '../support/hub.ts'
import { openSocket } from '../support/socket.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const headers = { authorization: TOKEN }
const event = (email: string, n: number) => ({
  event: 'open',
  ts: 1_773_144_000 + n,
  _id: `${email} ${n}`,
  msg: { email },
})

test('nothing of a person can be read any more, and everything of the others', async () => {
  const payload = { email: 'Ada@Example.com', name: 'Ada' }
  const { body } = await hub.call({ method: 'POST', url: '/subscribe', headers, payload })
  const people = [
    'ada@example.com',
    'bob@example.com',
    'ADA@example.com',
    'cleo@example.com',
    'ada@example.com',
  ]
  await hub.post(people.map(event))
  const mailFrom = (sender: string, n: number) => ({
    event: 'inbound',
    ts: 1_773_144_000,
    msg: { email: 'office@example.com', from_email: sender, text: `mail ${n}` },
  })
  const senders = Array.from({ length: 50 }, (_, n) => (n % 10 === 0 ? 'Ada@example.com' : 'bob@example.com'))
  await hub.post(senders.map(mailFrom))
  await hub.post(['about Ada@example.com', 'about bob@example.com'])
  const before = await hub.wired.feed.last(0)
  const url = `/subscribe/${body.id}/erase`
  expect(await hub.call({ method: 'POST', url, headers })).toMatchObject({ status: 204 })

  expect((await hub.get('/api/events?email=ada@example.com')).body.events).toEqual([])
  expect((await hub.get('/api/events')).text).not.toMatch(/ada@/i)
  expect((await hub.get('/api/events?email=office@example.com')).body.events).toHaveLength(45)
  expect((await hub.get('/api/quarantine')).body.quarantine).toHaveLength(1)
  const socket = await openSocket(hub.address, 'after=0', { headers })
  await socket.until((frames) => frames.some(({ type, live }) => type === 'position' && live))
  const ofMails = socket.ids().filter((id) => id !== undefined)
  expect(ofMails).toEqual(['bob@example.com 1', 'cleo@example.com 3'])
  expect(socket.frames.some(({ type }) => type === 'gap')).toBe(false)

  await hub.post([event('dora@example.com', 5)])
  await socket.until((frames) => frames.some(({ data }) => data?._id === 'dora@example.com 5'))
  await until(() => expect(hub.wired.tracking.lag()).toBe(0))
  expect((await hub.wired.feed.last(0)).seq).toBe(before.seq + 1)
  expect((await hub.post([event('ada@example.com', 0)])).body).toMatchObject({ accepted: 0, duplicates: 1 })
  socket.ws.close()
})
