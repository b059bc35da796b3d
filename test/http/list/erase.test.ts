// POST /subscribe/{id}/erase reaches events: in the feed, in the archive, and in quarantine. Of that person only.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BEGINNING, type Cursor } from '../../../src/core/events/cursor.ts'
import { createErasure } from '../../../src/core/list/forget.ts'
import { readAll, texts } from '../../support/events/feed-lab.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'
import { until } from '../../support/eventually.ts'

let hub: TestHub
beforeEach(async () => void (hub = await startHub()))
afterEach(() => hub.close())

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
  ip: `203.0.113.${n}`,
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
  const left = (await hub.get('/api/events')).text
  expect(left).not.toMatch(/ada@|203\.0\.113\.[024]/i)
  expect(left).toContain('"ip":"203.0.113.3"')
  expect((await hub.get('/api/events?email=office@example.com')).body.events).toHaveLength(45)
  expect((await hub.get('/api/quarantine')).body.quarantine).toHaveLength(1)
  const socket = await openSocket(hub.address, 'after=0', { headers })
  await socket.until((frames) => frames.some(({ type, live }) => type === 'position' && live))
  const ofMails = socket.ids().filter((id) => id !== undefined)
  expect(ofMails).toEqual(['bob@example.com 1', 'cleo@example.com 3'])
  expect(socket.frames.some(({ type }) => type === 'gap')).toBe(false)

  await hub.post([event('dora@example.com', 5)])
  await socket.until((frames) => frames.some(({ data }) => data?._id === 'dora@example.com 5'))
  await hub.tracked()
  expect((await hub.wired.feed.last(0)).seq).toBe(before.seq + 1)
  expect((await hub.post([event('ada@example.com', 0)])).body).toMatchObject({ accepted: 0, duplicates: 1 })
  socket.ws.close()
})

test('what the archive has pruned is taken out of the feed all the same', async () => {
  const { body } = await subscribe('eve@example.com')
  await hub.post([event('eve@example.com', 100), event('fay@example.com', 101)])
  await hub.tracked()
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

test('an address is found however its JSON spells it, and so is a mail', async () => {
  const { body } = await subscribe('jo/k@example.com')
  const address = (email: string, n: number) =>
    `{"event":"open","ts":${1_773_145_000 + n},"_id":"spelt ${n}","msg":{"subject":"Grüße, \\"Jo\\"","email":"${email}"}}`
  const spelt = [
    'jo/k@example.com',
    'JO/K@Example.COM',
    'jo\\/k@example.com',
    'j\\u006f/k@example.com',
    'jo/k\\u0040example.com',
    'jo/\u212a@example.com', // the sign for Kelvin
    'jo/k@ｅxample.com',
  ].map(address)
  const bare = [
    '{"event":"click","ts":1773145100,"_id":"spelt 0","url":"https://jo.example"}',
    '{"event":"click","ts":1773145101,"_id":"spelt\\u00201"}',
    '{"event":"click","ts":1773145102,"_id":77}',
    '{"event":"open","ts":1773145103,"_id":77,"msg":{"email":"jo/k@example.com"}}',
  ]
  const others = [address('bo/k@example.com', 50), address('jo/kk@example.com', 51)]
  await hub.post(`[${[...spelt, ...bare, ...others].join()}]`)
  expect(
    (await hub.get(`/api/events?email=${encodeURIComponent('jo/k@example.com')}`)).body.events,
  ).toHaveLength(8)
  expect(await erase(body.id)).toMatchObject({ status: 204 })
  const left = (await hub.get('/api/events?limit=1000')).body.events.map(({ data }) => data)
  const theirs = left.filter(({ _id }) => /^spelt|^77/.test(String(_id)))
  expect(theirs).toHaveLength(2)
  expect(JSON.stringify(theirs)).toMatch(/jo\/kk@.*bo\/k@/)
  expect((await kept()).match(/"_id":("spelt|77)/g)).toHaveLength(2)
})

test('many at once read the feed twice at most, and each of them is forgotten', async () => {
  const emails = Array.from({ length: 12 }, (_, n) => `crowd-${n}@example.com`)
  await hub.post(emails.map((email, n) => event(email, 1_000 + n)))
  const { feed, archive, quarantine, tracking } = hub.wired
  let readings = 0
  const counted = {
    last: feed.last,
    erase: feed.erase,
    search: (after: Cursor, limit: number, names: readonly string[]) => {
      if (after.seq === BEGINNING.seq) readings++
      return feed.search(after, limit, names)
    },
  }
  const forget = createErasure({ feed: counted, archive, quarantine, tracking })
  await Promise.all(emails.map(forget))
  expect(readings).toBeLessThanOrEqual(2)
  expect(await kept()).not.toMatch(/crowd-/)
  expect((await hub.get('/api/events?limit=1000')).text).not.toMatch(/crowd-/)
})

test('a failure is told to all who wait for it, and the next one is tried', async () => {
  const { feed, archive, quarantine, tracking } = hub.wired
  let isGone = true
  const broken = { ...quarantine, erase: async () => { if (isGone) throw new Error('gone')
      return 0 } } // prettier-ignore
  const forget = createErasure({ feed, archive, quarantine: broken, tracking })
  const outcomes = await Promise.allSettled(['a@example.com', 'b@example.com', 'c@example.com'].map(forget))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  isGone = false
  await forget('a@example.com')
})
