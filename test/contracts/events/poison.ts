// Whatever is signed is in the archive or in quarantine in the end, and tracking reaches the head: no event stops it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

const MILLION = 1_000_000
const SOON_MS = 50_000
const headers = { authorization: TOKEN }

/** JSON texts, as nobody would write them. */
function poison(): string[] {
  const msg = (fields: object, rest: object = {}) =>
    JSON.stringify({
      event: 'hard_bounce',
      ts: 1_773_144_000,
      ...rest,
      msg: { _id: 'm', email: 'a@example.com', ...fields },
    })
  const names = ['email', '_id', 'subject', 'sender', 'bounce_description', 'diag', 'template']
  const texts = [
    'x'.repeat(2_000),
    '안'.repeat(2_000),
    '😀'.repeat(2_000),
    'a\0b',
    '\ud800',
    '\udc00x',
    `'"\\\\%_?`,
    ' ',
    '\u200b',
    'x@' + 'y'.repeat(400),
    '?',
  ]
  const numbers = [
    0,
    -1,
    1e15,
    8.64e15,
    1e308,
    -1e308,
    1.5,
    '1773144000',
    'tomorrow',
    null,
    true,
    [],
    {},
    '9'.repeat(400),
  ]
  return [
    ...names.flatMap((name) => texts.map((text) => msg({ [name]: text }))),
    ...texts.map((text) => msg({ tags: [text], metadata: { campaign_id: text, delivery_id: text } })),
    ...texts.map((text) => msg({}, { url: text, user_agent: text, ip: text, location: text })),
    ...texts.map((text) => JSON.stringify({ event: text })),
    ...texts.map((text) =>
      JSON.stringify({
        type: 'blacklist',
        action: 'add',
        reject: { email: text, reason: text, detail: text, expires_at: text },
      }),
    ),
    ...numbers.map((ts) =>
      msg({ ts, opens: [{ ts }], clicks: [{ ts, url: 'u' }], smtp_events: [{ ts }] }, { ts }),
    ),
    ...numbers.map((ts) =>
      JSON.stringify({ event: 'open', ts, msg: { _id: ts, email: ts, tags: ts, metadata: ts } }),
    ),
    `{"event":"open","ts":1e999,"msg":{"ts":-1e999,"email":"a@example.com"}}`,
    msg({ tags: Array.from({ length: 5_000 }, (_, n) => `tag ${n}`) }),
    msg({ opens: Array.from({ length: 5_000 }, (_, n) => ({ ts: n, ip: '1.2.3.4' })) }),
    `{"event":"open","msg":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
    `{"event":"open","msg":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    `{"event":"open","msg":{"__proto__":{"email":"a@example.com"},"constructor":null,"toString":1}}`,
    msg({ subject: 'x'.repeat(1.2 * MILLION) }),
    msg({ subject: `"'\\\\`.repeat(MILLION) }),
    msg({ subject: '안😀'.repeat(MILLION) }),
    msg({ email: `${'x'.repeat(2 * MILLION)}@example.com`, tags: ['x'.repeat(MILLION)] }),
  ]
}

export function poisonContract(environment: () => Promise<Record<string, string>>): void {
  let hub: TestHub
  beforeAll(async () => void (hub = await startHub(await environment())))
  afterAll(() => hub?.close())

  async function settled(): Promise<{ archived: string[]; quarantined: string[] }> {
    const head = await hub.wired.feed.last(0)
    expect(await hub.wired.tracking.reached(head, SOON_MS)).toBe(true)
    const archived: string[] = []
    for (let after = BEGINNING; ;) {
      const page = await hub.wired.archive.find({ limit: 1_000, after })
      archived.push(...page.map(({ data }) => data))
      const last = page.at(-1)
      if (!last) break
      after = last.cursor
    }
    const quarantined: string[] = []
    for (let before: string | undefined; ;) {
      const page = await hub.wired.quarantine.list(100, before)
      quarantined.push(...page.map(({ data }) => data))
      before = page.at(-1)?.id
      if (!before) return { archived, quarantined }
    }
  }

  test('every text that is no event', async () => {
    const texts = [
      'not json \0 at all',
      '{"foo":"\0"}',
      '안😀'.repeat(MILLION),
      `"'\\`.repeat(MILLION),
      ' ',
      '[[]]',
    ]
    for (const text of texts)
      expect(await hub.post(text), text.slice(0, 100)).toMatchObject({
        status: 200,
        body: { quarantined: 1 },
      })
    const { quarantined } = await settled()
    expect(quarantined.toSorted()).toEqual(texts.map((text) => (text === '[[]]' ? '[]' : text)).toSorted())
    for (const { id } of await hub.wired.quarantine.list(100))
      expect(await hub.call({ method: 'DELETE', url: `/api/quarantine/${id}`, headers })).toMatchObject({
        status: 204,
      })
    while ((await hub.wired.quarantine.count()) > 0)
      for (const { id } of await hub.wired.quarantine.list(100)) await hub.wired.quarantine.discard(id)
  })

  test('every event of a poisonous feed', async () => {
    const events = poison()
    for (const event of events)
      expect(await hub.post(`[${event}]`), event.slice(0, 200)).toMatchObject({ status: 200 })
    const good = JSON.stringify({ event: 'open', ts: 1_773_144_000, _id: 'the last one' })
    expect(await hub.post(`[${good}]`)).toMatchObject({ body: { accepted: 1 } })
    const { archived, quarantined } = await settled()
    const kept = new Set([...archived, ...quarantined])
    expect(events.filter((event) => !kept.has(event)).map((event) => event.slice(0, 200))).toEqual([])
    expect(archived.at(-1)).toBe(good)
    expect(hub.logged.filter(({ level }) => Number(level) >= 40)).toEqual([])
    expect(quarantined.length).toBe(0)
  })
}
