// What is said of a webhook whose signature does not fit.
import { expect, test } from 'vitest'
import { explainRefusal, type Asked } from '../../../src/core/events/refusal.ts'
import { signature } from '../../../simulator/webhooks/batch.ts'

const KEYS = ['first-Key', 'second-Key']
const URL = 'https://hub.example.com/api/hook'
const JSON_TEXT = '[{"event":"send"}]'

function ask(key: string, url: string, changes: Partial<Asked> = {}): Asked {
  const fields = [{ name: Buffer.from('mandrill_events'), value: Buffer.from(JSON_TEXT) }]
  return {
    signed: { signature: signature(key, url, { mandrill_events: JSON_TEXT }), fields },
    keys: KEYS,
    urls: [URL],
    hosts: ['hub.example.com'],
    target: '/api/hook',
    ...changes,
  }
}
const LOCAL = { urls: ['http://localhost:8000/api/hook'], hosts: ['localhost:8000'] }
const BEHIND = { hosts: ['10.0.0.7:8000', 'mail.example.net'] }

test.for<[string, string, Partial<Asked>?]>([
  ['the other scheme', 'http://hub.example.com/api/hook'],
  ['a final slash, of the other scheme', 'http://hub.example.com/api/hook/'],
  ['a port that needs not be said', 'https://hub.example.com:443/api/hook'],
  ['a port of the other scheme', 'http://hub.example.com:80/api/hook'],
  ['the port that this came to', 'http://hub.example.com:8000/api/hook', { hosts: ['hub.example.com:8000'] }],
  ['capitals', 'https://HUB.example.com/api/hook', { urls: [URL], hosts: ['HUB.example.com'] }],
  ['no capitals', URL, { urls: ['https://Hub.Example.com/api/hook'] }],
  ['www', 'https://www.hub.example.com/api/hook'],
  ['no www', URL, { urls: ['https://www.hub.example.com/api/hook'] }],
  ['a query', 'https://hub.example.com/api/hook?from=mandrill', { target: '/api/hook?from=mandrill' }],
  ['no query', URL, { urls: [`${URL}?from=mandrill`] }],
  ['another path', 'https://hub.example.com/hook', { target: '/hook' }],
  ['127.0.0.1 for localhost', 'http://127.0.0.1:8000/api/hook', LOCAL],
  ['[::1] for localhost', 'http://[::1]:8000/api/hook', LOCAL],
  [
    'localhost for 127.0.0.1',
    'http://localhost:8000/api/hook',
    { ...LOCAL, urls: ['http://127.0.0.1:8000/api/hook'] },
  ],
  ['a URL-encoded URL', encodeURIComponent(URL)],
  ['a blank at its end', `${URL} `],
  ['the host that the proxy tells', 'https://mail.example.net/api/hook', BEHIND],
  ['the host that the proxy talks to', 'http://10.0.0.7:8000/api/hook', BEHIND],
])('signed for %s: the URL is told', ([, url, changes]) => {
  for (const key of KEYS) {
    const { kind, hint } = explainRefusal(ask(key, url, changes))
    expect(kind).toBe('wrong signature: URL')
    expect(hint).toContain(url.trim())
  }
})

test.for(['first-Key ', ' second-Key', 'first-Key\n', '"second-Key"', 'first-key', 'FIRST-KEY'])(
  'signed with the key %j: it is the key',
  (key) => {
    expect(explainRefusal(ask(key, URL))).toMatchObject({ kind: 'wrong signature: key' })
  },
)

test.for(['first-Key ', '\u200bfirst-Key', "'first-Key'"])(
  'a key that is set as %j: it is the key',
  (set) => {
    expect(explainRefusal(ask('first-Key', URL, { keys: [set] }))).toMatchObject({
      kind: 'wrong signature: key',
    })
  },
)

test.for<[string, Asked, string]>([
  [
    'no signature at all',
    { ...ask('first-Key', URL), signed: { signature: '', fields: [] } },
    'no signature',
  ],
  ['the test key', ask('test-webhook', URL), 'wrong signature: test key'],
  ['a key that nobody knows', ask('foreign', URL), 'wrong signature'],
  ['a URL that nobody guesses', ask('first-Key', 'https://elsewhere.example/x'), 'wrong signature'],
  [
    'a URL that is none',
    ask('first-Key', 'x', { urls: ['%zz'], hosts: ['%'], target: '//[' }),
    'wrong signature',
  ],
])('%s', ([, asked, kind]) => {
  const found = explainRefusal(asked)
  expect(found.kind).toBe(kind)
  expect(found.hint.length).toBeGreaterThan(40)
})

test('no hint holds a key or a signature', () => {
  const all = ['first-Key', 'first-Key ', 'foreign', 'test-webhook'].flatMap((key) =>
    [URL, 'http://hub.example.com/api/hook', 'https://elsewhere.example'].map((url) => ask(key, url)),
  )
  for (const asked of all) {
    const { hint } = explainRefusal(asked)
    for (const secret of [...KEYS, 'foreign', asked.signed.signature]) expect(hint).not.toContain(secret)
  }
})

test('as many bytes are digested as may be, however many guesses there are', () => {
  const value = Buffer.alloc(1_000_000)
  const asked = ask('foreign', URL)
  const large = { ...asked, signed: { ...asked.signed, fields: [{ name: Buffer.from('x'), value }] } }
  expect(explainRefusal(large, 5_500_000).bytes).toBeLessThanOrEqual(5_500_000)
  expect(explainRefusal(large, 500_000).bytes).toBe(0)
  const many = Array.from({ length: 50 }, (_, n) => `https://hub-${n}.example.com/api/hook`)
  expect(explainRefusal({ ...asked, urls: many }).bytes).toBeLessThan(1_000_000)
})
