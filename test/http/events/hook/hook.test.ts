import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signature } from '../../../../simulator/webhooks/batch.ts'
import { KEY, startHub, TOKEN, WEBHOOK_URL, type TestHub } from '../../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const form = 'application/x-www-form-urlencoded'
const authorization = TOKEN
let count = 0
const sent = (extra: object = {}) => ({ event: 'send', _id: `hook-${++count}`, ts: 1_777_000_000, ...extra })
const json = (payload: unknown) =>
  hub.call({
    method: 'POST',
    url: '/api/hook',
    headers: { authorization, 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })
const raw = (payload: string | Buffer, headers: Record<string, string>) =>
  hub.call({ method: 'POST', url: '/api/hook', headers: { 'content-type': form, ...headers }, payload })
const newest = async () => (await hub.get('/api/events?limit=1')).body.events[0]

describe('before there is a key', () => {
  let fresh: TestHub
  beforeAll(async () => void (fresh = await startHub({ MANDRILL_WEBHOOK_KEYS: '' })))
  afterAll(() => fresh.close())

  test('HEAD is 200', async () => {
    expect((await fresh.call({ method: 'HEAD', url: '/api/hook' })).status).toBe(200)
  })

  test("Mandrill's probe is 200", async () => {
    const answer = await fresh.post([], { key: 'test-webhook' })
    expect(answer).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 0, quarantined: 0 } })
  })

  test('a probe is short: before a key is known, nobody has more than 100 bytes looked at', async () => {
    const probe = (blanks: number) => fresh.post(`${' '.repeat(blanks)}[]`, { key: 'test-webhook' })
    expect([(await probe(98)).status, (await probe(99)).status]).toEqual([200, 503])
  })

  test('any other batch is 503 hook.no_key with Retry-After: Mandrill keeps it', async () => {
    const answer = await fresh.post([sent()])
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'hook.no_key' } } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  test('an unsigned batch is 503 too', async () => {
    const answer = await fresh.call({
      method: 'POST',
      url: '/api/hook',
      headers: { 'content-type': form },
      payload: 'mandrill_events=[]',
    })
    expect(answer.status).toBe(503)
  })

  test('the set-up view ticks the probe', async () => {
    await fresh.post([], { key: 'test-webhook' })
    expect((await fresh.get('/api/setup')).body).toMatchObject({ keys: 0, probe_seen_at: expect.any(String) })
  })
})

describe('the signature', () => {
  test.each([
    ['[]', WEBHOOK_URL, 'x7ik3neOSEZ5vFDtnuPkNpnGgSM='],
    ['[]', `${WEBHOOK_URL}/`, 'GHRDzWC776MX6Ws6JELmgk8H8TI='],
    ['[{"event":"send","msg":{"subject":"안녕 ✓"}}]', WEBHOOK_URL, 'mMZA3oiTRKRV8pdCcArIrFvlfAc='],
  ])('of %s for %s is the known one', (mandrill_events, url, known) => {
    expect(signature('test-webhook', url, { mandrill_events })).toBe(known)
  })

  test('of the probe is right with and without a final slash', async () => {
    for (const known of ['x7ik3neOSEZ5vFDtnuPkNpnGgSM=', 'GHRDzWC776MX6Ws6JELmgk8H8TI='])
      expect((await raw('mandrill_events=%5B%5D', { 'x-mandrill-signature': known })).status).toBe(200)
  })

  test('covers every field of the form, sorted by name', async () => {
    const known = { 'x-mandrill-signature': 'UhlCYCpRHjFGbPfvN3bVzPUitJY=' }
    expect((await raw('mandrill_events=[]&a=1', known)).status).toBe(200)
    expect((await raw('a=1&mandrill_events=[]', known)).status).toBe(200)
    expect((await raw('a=2&mandrill_events=[]', known)).status).toBe(401)
  })

  test("Mandrill's test key is good for the empty batch only", async () => {
    const batch = '[{"event":"send","msg":{"subject":"안녕 ✓"}}]'
    const known = { 'x-mandrill-signature': 'mMZA3oiTRKRV8pdCcArIrFvlfAc=' }
    const answer = await raw(`mandrill_events=${encodeURIComponent(batch)}`, known)
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'hook.bad_signature' } } })
  })

  test.each([
    ['missing', {}],
    ['empty', { 'x-mandrill-signature': '' }],
    ['wrong', { 'x-mandrill-signature': 'x7ik3neOSEZ5vFDtnuPkNpnGgSM=' }],
    ['no base64', { 'x-mandrill-signature': '!!!' }],
  ])('that is %s is 401, before anything is parsed', async (_, headers) => {
    const answer = await raw('mandrill_events=[{', headers as Record<string, string>)
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'hook.bad_signature' } } })
  })

  test('may be of any of several keys and URLs', async () => {
    const other = 'http://other.example.com/hook'
    const several = await startHub({
      MANDRILL_WEBHOOK_KEYS: 'old,new',
      MANDRILL_WEBHOOK_URL: `${WEBHOOK_URL},${other}/`,
    })
    try {
      for (const key of ['old', 'new'])
        for (const webhookUrl of [WEBHOOK_URL, `${WEBHOOK_URL}/`, other, `${other}/`])
          expect((await several.post([sent()], { key, webhookUrl })).status).toBe(200)
      expect((await several.post([sent()], { key: 'third' })).status).toBe(401)
      expect(
        (await several.post([sent()], { key: 'old', webhookUrl: 'https://other.example.com/hook' })).status,
      ).toBe(401)
    } finally {
      await several.close()
    }
  })

  test('refused for its URL: the set-up view tells which one would have matched', async () => {
    const watched = await startHub()
    try {
      await watched.post([sent()], { webhookUrl: 'http://hub.example.com/api/hook' })
      const { refused } = (await watched.get('/api/setup')).body
      expect(refused).toEqual([
        {
          at: expect.any(String),
          since: expect.any(String),
          count: 1,
          reason: 'wrong signature: URL',
          hint: expect.stringContaining('http://hub.example.com/api/hook'),
        },
      ])
      expect(JSON.stringify(watched.logged)).not.toContain(KEY)
    } finally {
      await watched.close()
    }
  })
})

describe('a batch', () => {
  test('is stored, and told', async () => {
    const event = sent({ msg: { subject: 'Grüße ✓', email: 'Subscriber@Example.com' } })
    expect(await hub.post([event])).toMatchObject({
      status: 200,
      body: { accepted: 1, duplicates: 0, quarantined: 0 },
    })
    expect(await newest())?.toMatchObject({ kind: 'sent', data: event })
  })

  test('keeps the very text of its events: escapes, spaces, long numbers, unknown keys', async () => {
    const text = '{"event" : "send","n":12345678901234567890,"u":"\\u00fc\\/ü", "later":{"x":[1 ,2]}}'
    await hub.post(`[ ${text} ]`)
    expect((await hub.get('/api/events?limit=1')).text).toContain(text)
  })

  test.each([1, 3])('behind a byte order mark is taken, each of its %i events as it came', async (events) => {
    const batch = Array.from({ length: events }, () => sent({ text: '\uFEFFmarked' }))
    const text = ` ${JSON.stringify(batch)}`
    const answer = await hub.post(`\uFEFF${text}`)
    expect(answer).toMatchObject({ status: 200, body: { accepted: events, duplicates: 0, quarantined: 0 } })
    expect((await newest())?.data).toEqual(batch.at(-1))
    expect((await hub.post(text)).body).toEqual({ accepted: 0, duplicates: events, quarantined: 0 })
  })

  test('of some size keeps its bytes until all of it is stored, what cannot be read first', async () => {
    const event = sent({ text: 'x'.repeat(100_000) })
    expect((await hub.post([12_345, event])).body).toEqual({ accepted: 1, duplicates: 0, quarantined: 1 })
    expect((await newest())?.data).toEqual(event)
  })

  test('that comes twice in one form is 400, as nobody knows which one is meant', async () => {
    const signed = signature(KEY, WEBHOOK_URL, { mandrill_events: '[]mandrill_events[]' })
    const answer = await raw('mandrill_events=[]&mandrill_events=[]', { 'x-mandrill-signature': signed })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'hook.no_field' } } })
  })

  test('sent again adds nothing', async () => {
    const batch = [sent(), sent()]
    expect((await hub.post(batch)).body).toEqual({ accepted: 2, duplicates: 0, quarantined: 0 })
    expect((await hub.post(batch)).body).toEqual({ accepted: 0, duplicates: 2, quarantined: 0 })
  })

  test('that overlaps another adds what is new', async () => {
    const [a, b, c] = [sent(), sent(), sent()]
    await hub.post([a, b])
    expect((await hub.post([b, c])).body).toEqual({ accepted: 1, duplicates: 1, quarantined: 0 })
  })

  test('with two identical clicks holds two events, also when it is sent again', async () => {
    const click = { event: 'click', _id: `hook-${++count}`, url: 'https://example.com' }
    expect((await hub.post([click, click])).body.accepted).toBe(2)
    expect((await hub.post([click, click])).body).toMatchObject({ accepted: 0, duplicates: 2 })
    expect((await hub.post([click, click, click])).body).toMatchObject({ accepted: 1, duplicates: 2 })
  })

  test('with what cannot be read: that goes to quarantine, all else is stored, and it is 200', async () => {
    const good = sent()
    const answer = await hub.post([5, null, 'text', [], {}, { event: null }, good])
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 6 } })
    const { quarantine } = (await hub.get('/api/quarantine')).body
    expect(quarantine.map((entry: { data: string }) => entry.data)).toEqual(
      expect.arrayContaining(['5', 'null', '"text"', '[]', '{}', '{"event":null}']),
    )
  })

  test.each([
    '{"event":"send"}',
    'not json',
    '[{"event":"send"},',
    '[{"event":"send"},]',
    '[{"event":"send"},nope]',
    '',
  ])('that is no array goes to quarantine whole: %s', async (text) => {
    expect(await hub.post(text)).toMatchObject({ status: 200, body: { accepted: 0, quarantined: 1 } })
    const { quarantine } = (await hub.get('/api/quarantine?limit=100')).body
    expect(quarantine.map((entry: { data: string }) => entry.data)).toContain(text)
  })

  test('that is no array goes to quarantine whole, however long it is', async () => {
    const answer = await hub.post(`[${'{"event":"send"},'.repeat(10_001)}nope]`)
    expect(answer).toMatchObject({ status: 200, body: { accepted: 0, quarantined: 1 } })
  })

  test('with invalid UTF-8 is stored with U+FFFD in its place', async () => {
    const body = Buffer.concat([
      Buffer.from('[{"event":"send","s":"a'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('b"}]'),
    ])
    const { createHmac } = await import('node:crypto')
    const signed = createHmac('sha1', KEY)
      .update(`${WEBHOOK_URL}mandrill_events`)
      .update(body)
      .digest('base64')
    const encoded = `mandrill_events=${[...body].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`
    expect((await raw(encoded, { 'x-mandrill-signature': signed })).body.accepted).toBe(1)
    expect((await newest())?.data.s).toBe('a\ufffd\ufffdb')
  })

  test('of 10,000 is taken, in order', async () => {
    const answer = await hub.post(Array.from({ length: 10_000 }, () => sent()))
    expect(answer).toMatchObject({ status: 200, body: { accepted: 10_000 } })
    expect((await newest())?.data._id).toBe(`hook-${count}`)
  })

  test('of 10,001 is 413', async () => {
    const answer = await hub.post(Array.from({ length: 10_001 }, () => ({ event: 'send' })))
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'hook.too_many_events' } } })
  })

  test('with more fields than any webhook has is 400, before its signature is looked at', async () => {
    const headers = { 'x-mandrill-signature': signature('another key', WEBHOOK_URL, {}) }
    expect(await raw('a&'.repeat(101), headers)).toMatchObject({
      status: 400,
      body: { error: { code: 'request.invalid' } },
    })
  })

  test('beyond BODY_LIMIT is 413', async () => {
    const small = await startHub({ BODY_LIMIT: '4KiB' })
    try {
      expect(await small.post([sent({ pad: 'x'.repeat(5000) })])).toMatchObject({
        status: 413,
        body: { error: { code: 'request.too_large' } },
      })
      expect((await small.post([sent()])).status).toBe(200)
    } finally {
      await small.close()
    }
  })
})

describe('the kinds', () => {
  test.each([
    ['send', 'sent'],
    ['deferral', 'deferred'],
    ['hard_bounce', 'bounced'],
    ['soft_bounce', 'soft_bounced'],
    ['delivered', 'delivered'],
    ['open', 'opened'],
    ['click', 'clicked'],
    ['spam', 'complained'],
    ['unsub', 'unsubscribed'],
    ['reject', 'rejected'],
    ['inbound', 'inbound'],
    ['something_new', 'unknown'],
    ['constructor', 'unknown'],
  ])('%s is %s', async (event, kind) => {
    await hub.post([{ event, n: ++count }])
    expect((await newest())?.kind).toBe(kind)
  })

  test.each([
    ['blacklist', 'add', 'suppressed'],
    ['blacklist', 'change', 'suppressed'],
    ['blacklist', 'remove', 'unsuppressed'],
    ['denylist', 'add', 'suppressed'],
    ['whitelist', 'add', 'unsuppressed'],
    ['allowlist', 'add', 'unsuppressed'],
    ['safelist', 'add', 'unsuppressed'],
    ['something_new', 'add', 'unknown'],
    ['blacklist', { toString: 1 }, 'unknown'],
    ['blacklist', ['add'], 'unknown'],
    ['blacklist', null, 'unknown'],
  ])('%s %j is %s', async (type, action, kind) => {
    await hub.post([{ type, action, reject: { email: 'a@example.com' }, n: ++count }])
    expect((await newest())?.kind).toBe(kind)
  })
})

describe('what is no webhook', () => {
  test('no such field is 400 and names it', async () => {
    const headers = { 'x-mandrill-signature': signature(KEY, WEBHOOK_URL, { other: '[]' }) }
    const answer = await raw('other=[]', headers)
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'hook.no_field', details: { field: 'mandrill_events' } } },
    })
  })

  test('another content type is 415', async () => {
    expect((await raw('mandrill_events=[]', { 'content-type': 'text/plain' })).status).toBe(415)
  })

  test('a compressed body is 415', async () => {
    expect((await raw('x', { 'content-encoding': 'gzip' })).status).toBe(415)
  })
})

describe('with the API token, JSON', () => {
  test('is taken, its events to the letter', async () => {
    const text = `{"event":"open","_id":"json-1" ,"n":12345678901234567890}`
    expect((await json(`{"a":[{"b":1}],"mandrill_events":[${text}]}`)).body).toEqual({
      accepted: 1,
      duplicates: 0,
      quarantined: 0,
    })
    expect((await hub.get('/api/events?limit=1')).text).toContain(text)
  })

  test('without the token is 401', async () => {
    const answer = await raw('{"mandrill_events":[]}', { 'content-type': 'application/json' })
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'access.unauthorized' } } })
  })

  test.each([['{}'], ['{"mandrill_events":{}}'], ['{"mandrill_events":"[]"}'], ['[]'], ['{'], ['']])(
    'that has no such array is 400: %s',
    async (text) => {
      expect((await json(text)).status).toBe(400)
    },
  )
})

describe('with AUTH=off', () => {
  test('unsigned batches are taken while no key is set', async () => {
    const open = await startHub({ AUTH: 'off', MANDRILL_WEBHOOK_KEYS: '' })
    try {
      const payload = `mandrill_events=${encodeURIComponent(JSON.stringify([sent()]))}`
      const headers = { 'content-type': form, host: 'localhost' }
      expect((await open.call({ method: 'POST', url: '/api/hook', headers, payload })).body.accepted).toBe(1)
    } finally {
      await open.close()
    }
  })

  test('with a key they are not', async () => {
    const keyed = await startHub({ AUTH: 'off' })
    try {
      const headers = { 'content-type': form, host: 'localhost' }
      const answer = await keyed.call({
        method: 'POST',
        url: '/api/hook',
        headers,
        payload: 'mandrill_events=[]',
      })
      expect(answer.status).toBe(401)
    } finally {
      await keyed.close()
    }
  })
})
