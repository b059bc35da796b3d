// What the page lets through of what comes in is what the hub finds when it is asked: else a search changes with a reload.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALL, fits } from '../../../public/page/events/filter/filter.js'
import { storedRow } from '../../../public/page/events/facts.js'
import { startHub, type TestHub } from '../../support/hub.ts'

const SUBJECTS = [
  '안녕하세요 정원 소식',
  '日本語のニュース',
  '100% off_today, C++ & “quotes”',
  'Naïve Ｆｕｌｌｗｉｄｔｈ Straße',
  '🎉 Party 2nd half',
  Array.from({ length: 20 }, (_, n) => `w${n}x`).join(' '),
  '',
  null,
]
const ADDRESSES = [
  'Ann.B+tag@Example.ORG',
  "o'brien@example.com",
  '"quoted @x"@example.com',
  'percent%40_@example.com',
  '유저@한글.kr',
  'a@b@c.com',
  'no-at-sign',
  '',
  null,
]
const mail = (id: string, email: string | null, subject: string | null) => ({
  event: 'send',
  ts: 1_893_456_000,
  _id: id,
  msg: { _id: id, email, subject },
})

let hub: TestHub
beforeAll(async () => {
  hub = await startHub()
  await hub.post([
    ...SUBJECTS.map((subject, n) => mail(`s${n}`, `x${n}@q.example`, subject)),
    ...ADDRESSES.map((address, n) => mail(`a${n}`, address, `plain ${n}`)),
  ])
  await hub.tracked()
})
afterAll(() => hub.close())

type Page = { readonly events: readonly Parameters<typeof storedRow>[0][] }
const asked = async (query: string) =>
  (JSON.parse((await hub.get(`/api/events?data=false&limit=1000${query}`)).text) as Page).events.map(
    storedRow,
  )

test('whatever is searched for', async () => {
  const all = await asked('')
  expect(all).toHaveLength(SUBJECTS.length + ADDRESSES.length)
  const texts = [...SUBJECTS, ...ADDRESSES].map((text) => text ?? '')
  const parts = texts.flatMap((text) => [
    text,
    text.slice(0, 3),
    text.slice(2),
    text.slice(-5),
    text.slice(-4, -1),
  ])
  const sought = [
    ...parts,
    '한글',
    '@한',
    '@',
    '@@',
    '%',
    '_',
    'strasse',
    'FULLWIDTH',
    'naive',
    'off today',
    'w15x',
    'w16x',
  ]
  for (const q of new Set(sought.map((text) => text.trim()).filter(Boolean))) {
    const found = (await asked(`&q=${encodeURIComponent(q)}`)).map(({ messageId }) => messageId)
    const passed = all.filter((row) => fits({ ...ALL, q }, row)).map(({ messageId }) => messageId)
    expect(passed, q).toEqual(found)
  }
})
