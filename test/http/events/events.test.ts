import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Body } from '../../support/answer.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

/** Nobody posts to it any more. */
let hub: TestHub
const message = (n: number) => ({
  event: n % 3 === 0 ? 'open' : 'send',
  _id: `m${n % 10}`,
  n,
  msg: {
    email: `Reader${n % 4}@example.com`,
    subject: 'Hello',
    tags: [`tag${n % 5}`],
    metadata: { campaign_id: `c${n % 2}` },
  },
})
const all = Array.from({ length: 120 }, (_, n) => message(n))

beforeAll(async () => {
  hub = await startHub()
  await hub.post(all)
})
afterAll(() => hub.close())

const page = async (query: string) => (await hub.get(`/api/events?${query}`)).body
const numbers = ({ events }: Pick<Body, 'events'>) => events.map(({ data }) => data.n)
const newestFirst = all.map(({ n }) => n).toReversed()

async function walk(query: string, parameter: string, first = ''): Promise<number[]> {
  const found: number[] = []
  for (let next: string | null = first; next !== null;) {
    const got: Body = await page(`${query}${next && `&${parameter}=${next}`}`)
    found.push(...numbers(got))
    next = got.next
  }
  return found
}

describe('GET /api/events', () => {
  test('is newest first, 100 at a time', async () => {
    const first = await page('')
    expect(numbers(first)).toEqual(newestFirst.slice(0, 100))
    expect(first.events[0]).toEqual({
      cursor: expect.stringMatching(/^\d+-120$/),
      kind: 'sent',
      received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      provider: 'mandrill',
      at: null,
      recipient: 'Reader3@example.com',
      message_id: 'm9',
      subject: 'Hello',
      tags: ['tag4'],
      campaign_id: 'c1',
      data: message(119),
    })
  })

  test('goes on with next, backwards', async () => {
    expect(await walk('limit=7', 'before')).toEqual(newestFirst)
  })

  test('with after is oldest first, and goes on', async () => {
    expect(await walk('limit=7', 'after', '0')).toEqual(newestFirst.toReversed())
  })

  test.each([
    ['events=open', (event: ReturnType<typeof message>) => event.event === 'open'],
    ['events=opened,bounced', (event: ReturnType<typeof message>) => event.event === 'open'],
    ['email=reader1@EXAMPLE.com', (event: ReturnType<typeof message>) => event.n % 4 === 1],
    ['message=m3', (event: ReturnType<typeof message>) => event._id === 'm3'],
    ['campaign=c1', (event: ReturnType<typeof message>) => event.n % 2 === 1],
    ['tag=tag4', (event: ReturnType<typeof message>) => event.n % 5 === 4],
    [
      'tag=tag4&campaign=c1&events=send',
      (event: ReturnType<typeof message>) => event.n % 10 === 9 && event.n % 3 !== 0,
    ],
    ['email=nobody@example.com', () => false],
  ])('%s selects what matches', async (query, chosen) => {
    expect(await walk(`${query}&limit=5`, 'before')).toEqual(
      all
        .filter(chosen)
        .map(({ n }) => n)
        .toReversed(),
    )
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=x', 'limit'],
    ['events=nope', 'events'],
    ['before=x', 'before'],
    ['after=1-x', 'after'],
  ])('%s is 400 and names the field', async (query, field) => {
    const answer = await hub.get(`/api/events?${query}`)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body.error)).toContain(field)
  })

  test('contains every event that was answered 200 before', async () => {
    const own = await startHub()
    for (let n = 1000; n < 1020; n++) {
      await own.post([message(n)])
      expect(numbers((await own.get('/api/events?limit=1')).body)).toEqual([n])
    }
    await own.close()
  })

  test('takes a final slash', async () => {
    expect((await hub.get('/api/events/?limit=1')).status).toBe(200)
  })
})

describe('events of megabytes', () => {
  const mail = (n: number) => ({ event: 'inbound', n, msg: { text: 'x'.repeat(3_000_000) } })
  let large: TestHub
  beforeAll(async () => {
    large = await startHub()
    for (let n = 1; n <= 7; n++) await large.post([mail(n)])
  })
  afterAll(() => large.close())

  test.each([
    ['before', '', [7, 6, 5, 4, 3, 2, 1]],
    ['after', '0', [1, 2, 3, 4, 5, 6, 7]],
  ])('come in pages that are no larger, by %s', async (parameter, first, expected) => {
    const pages: number[][] = []
    for (let next: string | null = first; next !== null;) {
      const { body } = await large.get(`/api/events?limit=1000${next && `&${parameter}=${next}`}`)
      pages.push(numbers(body))
      next = body.next
    }
    expect(pages.flat()).toEqual(expected)
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 2, 1])
  })
})

describe('GET /api/messages/{_id}', () => {
  test("is one message's timeline, oldest first", async () => {
    const { body } = await hub.get('/api/messages/m7')
    expect(body.message).toEqual({
      _id: 'm7',
      email: expect.stringMatching(/^reader\d@example.com$/),
      subject: 'Hello',
      tags: [expect.any(String)],
    })
    expect(body.events.slice(0, 3).map(({ data }) => data.n)).toEqual([7, 17, 27])
  })

  test('of a message that nobody knows is 404', async () => {
    expect(await hub.get('/api/messages/none')).toMatchObject({
      status: 404,
      body: { error: { code: 'message.not_found' } },
    })
  })
})

describe('GET /api/stats', () => {
  test('counts per kind and minute', async () => {
    const { minutes } = (await hub.get('/api/stats?minutes=10')).body
    const total = (kind: string) => minutes.reduce((sum, { counts }) => sum + (counts[kind] ?? 0), 0)
    expect(total('sent') + total('opened')).toBe(120)
    expect(minutes[0]?.minute).toMatch(/:00\.000Z$/)
  })
})

const sumOf = (steps: Body['steps']) =>
  steps.flatMap(({ counts }) => Object.values(counts)).reduce((all, count) => all + count, 0)

describe('what selects events, there and in /api/stats', () => {
  const YEAR = 'since=2026-01-01T00:00:00Z&until=2050-01-01T00:00:00%2B09:00'
  let hub: TestHub // of its own: the others count what is in theirs
  beforeAll(async () => {
    hub = await startHub()
    const url = 'https://shop.example/a?b=c'
    const msg = {
      email: 'Zoe@shop.example',
      subject: 'Winter boots for Zoe',
      subaccount: 'shop',
      tags: ['winter'],
      metadata: { campaign_id: 'z' },
    }
    await hub.post([
      { event: 'click', _id: 'z1', n: 1000, url, msg },
      { event: 'send', _id: 'z2', n: 1001, msg },
      { type: 'blacklist', action: 'add', n: 1002, reject: { email: 'yan@list.example' } },
      { type: 'denylist', action: 'add', n: 1003, reject: { email: 'zed@other.example' } },
    ])
  })
  afterAll(() => hub.close())
  const DAY = 'minutes=1440&step=86400'

  test.each([
    ['q=zoe@', [1001, 1000]],
    ['q=@shop', [1001, 1000]],
    ['q=boot%20win', [1001, 1000]],
    ['q=boot%20summer', []],
    ['subaccount=shop&events=sent', [1001]],
    ['url=https://shop.example/a?b=c', [1000]],
    ['url=https://shop.example/', []],
    [`q=zoe&${YEAR}`, [1001, 1000]],
    ['q=zoe&since=2100-01-01T00:00:00Z&until=2100-01-02T00:00:00Z', []],
    ['message=z2', [1001]],
    ['campaign=z', [1001, 1000]],
    ['tag=winter&email=ZOE@shop.example', [1001, 1000]],
    ['events=click,blacklist', [1002, 1000]],
    [`events=blacklist&${YEAR}`, [1002]],
    ['events=blacklist&email=zoe@shop.example', []],
    ['events=whitelist', []],
  ])('%s', async (query, expected) => {
    expect(numbers((await hub.get(`/api/events?${query}`)).body)).toEqual(expected)
    for (const bounds of query.includes('since') ? ['step=86400'] : [DAY, 'minutes=60', 'step=5']) {
      const { steps } = (await hub.get(`/api/stats?${query}&${bounds}`)).body
      expect(sumOf(steps)).toBe(expected.length)
    }
  })

  test('as one CSV file of facts, whatever a page holds', async () => {
    const many = Array.from({ length: 1_100 }, (_, n) => ({
      event: 'send',
      _id: `csv ${n}`,
      msg: { tags: ['csv'] },
    }))
    await hub.post(many)
    const headers = { authorization: TOKEN, accept: 'text/csv' }
    const { text } = await hub.call({ method: 'GET', url: '/api/events?tag=csv&limit=7', headers })
    const lines = text.trim().split('\r\n')
    expect(lines[0]).toMatch(/^\ufeff?cursor,kind,received_at,provider,at,recipient,message_id,subject/)
    expect(lines.slice(1).map((line) => line.split(',')[6])).toEqual(many.map(({ _id }) => _id).toReversed())
    const oldest = await hub.call({ method: 'GET', url: '/api/events?tag=csv&after=0', headers })
    expect(oldest.text.split('\r\n')[1]).toMatch(/,csv 0,/)
  })

  test.each([
    '/api/events?since=2026-01-01',
    '/api/events?until=yesterday',
    '/api/events?q=',
    '/api/stats?step=4',
    '/api/stats?step=5&minutes=10080',
    '/api/stats?minutes=5&since=2026-01-01T00:00:00Z',
    '/api/stats?since=2000-01-01T00:00:00Z',
  ])('%s is 400', async (url) => expect((await hub.get(url)).status).toBe(400))

  test('since may be before there were events', async () => {
    const page = async (query: string) => (await hub.get(`/api/events?${query}`)).body.events
    expect(await page('since=1969-12-31T23:59:59Z')).toEqual(await page(''))
    expect(await page('until=1969-12-31T23:59:59Z')).toEqual([])
  })
})

describe('quarantine', () => {
  let hub: TestHub
  beforeEach(async () => void (hub = await startHub()))
  afterEach(() => hub.close())
  const headers = { authorization: TOKEN }

  test('is paged, newest first, and an entry that still cannot be read stays: 409', async () => {
    await hub.post([1, 2, 3])
    const first = (await hub.get('/api/quarantine?limit=2')).body
    const second = (await hub.get(`/api/quarantine?limit=2&before=${first.next}`)).body
    const texts = [...first.quarantine, ...second.quarantine].map(({ data }) => data)
    expect(texts.sort()).toEqual(['1', '2', '3'])
    expect(second.next).toBeNull()
    const replay = (id: string) => hub.call({ method: 'POST', url: `/api/quarantine/${id}/replay`, headers })
    expect((await replay(first.quarantine[0]?.id ?? '')).status).toBe(409)
    expect((await replay('none')).status).toBe(404)
    expect((await hub.get('/api/quarantine')).body.quarantine).toHaveLength(3)
  })

  test('an entry that can be read by now is stored, and leaves', async () => {
    await hub.wired.quarantine.add([
      { id: 'readable', receivedAt: Date.now(), reason: 'too new', data: '{"event":"open","n":-1}' },
    ])
    const answer = await hub.call({ method: 'POST', url: '/api/quarantine/readable/replay', headers })
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } })
    expect(numbers((await hub.get('/api/events?limit=1')).body)).toEqual([-1])
    expect(await hub.wired.quarantine.get('readable')).toBeUndefined()
  })

  test('entries are discarded one by one, or all of one reason; never all by a slip', async () => {
    const entry = { receivedAt: Date.now(), data: 'x' }
    const reasons = ['wide', 'wide', 'narrow', 'narrow & odd']
    await hub.wired.quarantine.add(reasons.map((reason, n) => ({ ...entry, reason, id: `discard-${n}` })))
    const remove = (path: string) =>
      hub.call({ method: 'DELETE', url: `/api/quarantine${path}`, headers }).then(({ status }) => status)
    const left = async (reason: string) =>
      (await hub.get(`/api/quarantine?reason=${encodeURIComponent(reason)}`)).body.quarantine.length
    expect([await left('wide'), await left('narrow'), await left('narrow & odd')]).toEqual([2, 1, 1])
    expect([await remove('/discard-0'), await remove('/discard-0'), await remove('/none')]).toEqual([
      204, 404, 404,
    ])
    expect([await remove(''), await remove('?reason='), await remove('?reasons=wide')]).toEqual([
      400, 400, 400,
    ])
    const all = (await hub.get('/api/quarantine')).body.quarantine.length
    expect([await remove('?reason=wide'), await remove('?reason=wide')]).toEqual([204, 204])
    expect((await hub.get('/api/quarantine')).body.quarantine.length).toBe(all - 1)
    expect([await remove('?reason=narrow%20%26%20odd'), await left('narrow')]).toEqual([204, 1])
  })
})
