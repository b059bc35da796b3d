// POST /subscribe/{id}/erase reaches events: in the feed, in the archive, and in quarantine. Of that person only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BEGINNING } from '../../src/core/events/cursor.ts'
import { readAll, texts, until } from '../support/feed-lab.ts'
import { startHub, TOKEN, type TestHub } from '../support/hub.ts'
import { openSocket } from '../support/socket.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const headers = { authorization: TOKEN }
const subscribe = (email: string) =>
  hub.call({ method: 'POST', url: '/subscribe', headers, payload: { email, name: '' } })
const erase = (id: string) => hub.call({ method: 'POST', url: `/subscribe/${id}/erase`, headers })
/** What the feed holds. */
const kept = async () => texts((await readAll(hub.wired.feed, BEGINNING)).events).join()
const event = (email: string, n: number) => ({
  event: 'open',
  ts: 1_773_144_000 + n,
  _id: `${email} ${n}`,
  msg: { email },
})

test('nothing of a person can be read any more, and everything of the others', async () => {
  const { body } = await subscribe('Ada@Example.com')
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
  expect(await erase(body.id)).toMatchObject({ status: 204 })

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

test('what the archive has pruned is taken out of the feed all the same', async () => {
  const { body } = await subscribe('eve@example.com')
  await hub.post([event('eve@example.com', 100), event('fay@example.com', 101)])
  await until(() => expect(hub.wired.tracking.lag()).toBe(0))
  await hub.wired.archive.prune(Date.now() + 1, 1_000)
  expect(await kept()).toMatch(/eve@/)
  expect(await erase(body.id)).toMatchObject({ status: 204 })
  expect(await kept()).not.toMatch(/eve@/)
  expect(await kept()).toMatch(/fay@/)
})

test('an internationalised domain is found in either spelling', async () => {
  const { body } = await subscribe('gil@bücher.example')
  await hub.post([event('gil@xn--bcher-kva.example', 200), event('Gil@BÜCHER.example', 201)])
  const found = (await hub.get(`/api/events?email=${encodeURIComponent('gil@bücher.example')}`)).body.events
  expect(found).toHaveLength(2)
  expect(await erase(body.id)).toMatchObject({ status: 204 })
  expect((await hub.get('/api/events')).text).not.toMatch(/gil@/i)
  expect(await kept()).not.toMatch(/gil@/i)
})

test('events that name a mail of theirs only, and what lies in quarantine in any spelling', async () => {
  const { body } = await subscribe('hül@example.com')
  const bare = (_id: string, n: number) => ({
    event: 'click',
    ts: 1_773_144_000 + n,
    _id,
    url: 'https://a.example/hül',
  })
  const theirs = { ...event('HÜL@example.com', 300), _id: 'mail of hül' }
  await hub.post([bare('mail of hül', 301), theirs, bare('another mail', 302), bare('mail of hül', 303)])
  const before = (await hub.get('/api/quarantine')).body.quarantine.length
  await hub.post('["about h\\u00fcl@example.com", "email=h%C3%BCl%40example.com"]')
  expect((await hub.get('/api/quarantine')).body.quarantine).toHaveLength(before + 2)
  expect(await erase(body.id)).toMatchObject({ status: 204 })
  expect((await hub.get('/api/quarantine')).body.quarantine).toHaveLength(before)
  expect((await hub.get('/api/messages/mail%20of%20h%C3%BCl')).status).toBe(404)
  expect((await hub.get('/api/messages/another%20mail')).status).toBe(200)
  expect(await kept()).not.toContain('mail of hül')
})

test('a person is forgotten by their address, who is on the list no more or never was', async () => {
  const { body } = await subscribe('ida@example.com')
  await hub.call({ method: 'DELETE', url: `/subscribe/${body.id}`, headers })
  await hub.post([event('ida@example.com', 400), { event: 'spam', ts: 1, msg: { email: 'ida@example.com' } }])
  await until(async () => expect((await hub.get('/suppressions')).text).toContain('ida@'))
  expect(await erase('IDA@example.com')).toMatchObject({ status: 204 })
  expect(await kept()).not.toMatch(/ida@/i)
  expect((await hub.get('/suppressions')).text).not.toMatch(/ida@/i)
  expect(await subscribe('ida@example.com')).toMatchObject({ status: 409 })
  expect(await erase('no-address')).toMatchObject({ status: 404 })
})
