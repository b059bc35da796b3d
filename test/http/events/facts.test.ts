// Facts stand beside the data: in the API, in frames, and for events that were stored before there were any.
import { mkdtemp, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cursorIn, eventsIn, type Block } from '../../../src/adapters/embedded/feed/blocks.ts'
import { toEvent } from '../../../src/core/events/packed/pieces.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'

const EVENTS = [
  {
    event: 'click',
    ts: 1_777_890_030,
    _id: 'm1',
    url: 'https://example.com/"?q=\u2028',
    user_agent: 'curl/8.1',
    ip: '203.0.113.7',
    location: { city: 'Seoul', country: 'South Korea' },
    msg: {
      email: 'Ann@Example.com',
      subject: 'Quotes " and \\ and 안녕 \u0000',
      tags: ['news'],
      metadata: { campaign_id: 'c1', delivery_id: '0-1' },
    },
  },
  { type: 'blacklist', action: 'add', reject: { email: 'bob@example.com', reason: 'spam' } },
  { event: 'open', msg: null },
]
const FACTS = [
  {
    provider: 'mandrill',
    at: '2026-05-04T10:20:30.000Z',
    recipient: 'Ann@Example.com',
    message_id: 'm1',
    subject: EVENTS[0]?.msg?.subject,
    tags: ['news'],
    url: EVENTS[0]?.url,
    robot: true,
    ip: '203.0.113.7',
    location: 'Seoul, South Korea',
    campaign_id: 'c1',
    delivery_id: '0-1',
  },
  { provider: 'mandrill', at: null, recipient: 'bob@example.com', message_id: null, subject: null, reason: 'complaint' },
  { provider: 'mandrill', at: null, recipient: null, message_id: null, subject: null, robot: false },
] // prettier-ignore

async function frames(hub: TestHub, query = '') {
  const socket = await openSocket(hub.address, `after=0${query}`, { headers: { authorization: TOKEN } })
  await socket.until((all) => all.length >= EVENTS.length + (query.includes('raw') ? 0 : 2))
  socket.ws.terminate()
  return socket.frames.filter(({ type }) => query.includes('raw') || type === 'event')
}

async function seen(hub: TestHub) {
  const { events } = (await hub.get('/api/events?after=0')).body
  const message = (await hub.get('/api/messages/m1')).body
  expect(events[0]).toEqual(message.events[0])
  expect(message.message).toEqual({
    _id: 'm1',
    email: 'ann@example.com',
    subject: EVENTS[0]?.msg?.subject,
    tags: ['news'],
  })
  const live = (await frames(hub)).map(({ type: _type, ...event }) => event)
  const without = events.map(({ received_at: _at, ...event }) => event)
  expect(live).toEqual(without)
  expect(await frames(hub, '&format=raw')).toEqual(EVENTS)
  return without.map(({ cursor: _cursor, kind: _kind, data, ...facts }) => ({ data, facts }))
}

/** As `writeFacts` wrote them once. */
const ofBefore = ({ ip: _ip, location: _location, ...facts }: Record<string, unknown>) =>
  JSON.stringify(facts)

test.for([
  ['facts', () => null],
  ['addresses and places', ofBefore],
] as const)('beside the data, also of events that were stored before %s were', async ([, factsOf]) => {
  const dir = await mkdtemp(join(tmpdir(), 'hub-facts-'))
  const expected = EVENTS.map((data, n) => ({ data, facts: FACTS[n] }))
  const first = await startHub({}, dir)
  await first.post(EVENTS)
  expect(await seen(first)).toEqual(expected)
  await first.close()
  const feed = new DatabaseSync(join(dir, 'feed.sqlite'))
  const blocks = feed.prepare('SELECT * FROM blocks').all() as Block[]
  feed.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, epoch, at, kind, id, data, facts, more)')
  const row = feed.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, NULL)')
  for (const event of blocks.flatMap((block) =>
    eventsIn(block).map((each) => toEvent(cursorIn(block, each), each)),
  ))
    row.run(
      event.cursor.seq,
      event.cursor.epoch,
      event.receivedAt,
      event.kind,
      event.id,
      event.data,
      factsOf(JSON.parse(event.facts)),
    )
  feed.exec('DELETE FROM blocks; PRAGMA user_version = 1')
  feed.close()
  const archive = new DatabaseSync(join(dir, 'hub.sqlite'))
  const apart = archive.prepare(
    'INSERT INTO event_texts SELECT epoch, seq, 0, ?, ?, NULL FROM events WHERE seq = ?',
  )
  for (const [n, event] of EVENTS.entries()) apart.run(JSON.stringify(event), factsOf(FACTS[n] ?? {}), n + 1)
  archive.exec('DELETE FROM event_blocks; UPDATE events SET block = NULL')
  archive.close()
  const second = await startHub({}, dir)
  expect(await seen(second)).toEqual(expected)
  await second.close()
  await rm(dir, { recursive: true })
})

test('one event is had as it came, byte for byte; pages are had without the payloads', async () => {
  const hub = await startHub()
  try {
    const text = '{ "event":"open",  "ts":1.0, "_id":"raw" , "msg":{"subject":"안녕"}}'
    await hub.call({
      method: 'POST',
      url: '/api/hook',
      headers: { authorization: TOKEN, 'content-type': 'application/json' },
      payload: `{"mandrill_events":[${text}]}`,
    })
    const { events } = (await hub.get('/api/events?data=false')).body
    const cursor = String(events[0]?.cursor)
    expect(events).toMatchObject([{ kind: 'opened', message_id: 'raw', subject: '안녕' }])
    expect(events[0]).not.toHaveProperty('data')
    expect((await hub.get('/api/messages/raw?data=false')).body.events).toEqual(events)
    const raw = await hub.get(`/api/events/${cursor}`)
    expect([raw.status, raw.text]).toEqual([200, text])
    for (const other of ['0', '1-1', `${cursor.split('-')[0]}-2`])
      expect((await hub.get(`/api/events/${other}`)).status).toBe(404)
  } finally {
    await hub.close()
  }
})
