// The rules of the list: addresses, names, and when two addresses are one.
import { expect, test } from 'vitest'
import { emailKey, emailProblem } from '../../../src/core/addresses/address.ts'
import { createErasedKeys, nameProblem } from '../../../src/core/list/subscriber.ts'

const VALID = [
  'a@b.co',
  "o'neil+tag=x/y!#$%&*?^_`{|}~-@sub.example-host.com",
  'first.last@example.museum',
  'a@münchen.de',
  'a@xn--mnchen-3ya.de',
  '홍길동@한국.kr',
  'a@例え。テスト',
  'a@faß.de',
  '1@2.co',
  `${'a'.repeat(64)}@example.com`,
  `a@${'b'.repeat(63)}.com`,
]
const INVALID = [
  '',
  'a',
  '@',
  'a@',
  '@b.co',
  'a@b',
  'a@@b.co',
  'a@b@c.co',
  'a b@c.co',
  'a@b .co',
  'a@b.co ',
  'a\u00a0b@c.co',
  'a\u200bb@c.co',
  'a\n@b.co',
  'a@b.co\r\nBcc: x@y.co',
  'a\u0000@b.co',
  'a\u0085@b.co',
  'a\u2028@b.co',
  'a\ud800@b.co',
  '.a@b.co',
  'a.@b.co',
  'a..b@c.co',
  '"a"@b.co',
  'a,b@c.co',
  '<a@b.co>',
  'a(x)@b.co',
  'a;b@c.co',
  'a\\@b.co',
  'a@.co',
  'a@b..co',
  'a@b.co.',
  'a@-b.co',
  'a@b-.co',
  'a@b_c.co',
  'a@b.123',
  'a@1.2.3.4',
  'a@[1.2.3.4]',
  'a@b.co:25',
  'a@b.co/x',
  'a@b.co?x',
  'a@%62.co',
  'a@ex\u00admple.com',
  `${'a'.repeat(65)}@example.com`,
  `${'가'.repeat(22)}@example.com`,
  `a@${'b'.repeat(64)}.com`,
  `a@${'long.'.repeat(50)}com`,
]

test.each(VALID)('%s is an address', (email) => {
  expect(emailProblem(email)).toBeUndefined()
})

test.each(INVALID)('%j is none', (email) => {
  expect(emailProblem(email)).toMatch(/^must /)
})

test.each([
  ['Ann@Example.COM', 'ann@example.com'],
  ['a@MÜNCHEN.de', 'a@xn--mnchen-3ya.de'],
  ['a@xn--MNCHEN-3ya.de', 'a@münchen.de'],
  ['rene\u0301@example.com', 'RENÉ@example.com'],
  ['a@例え。テスト', 'a@例え.テスト'],
  ['a@ｅxample.com', 'a@example.com'],
])('%s and %s are one', (one, other) => {
  expect(emailKey(one)).toBe(emailKey(other))
})

test.each([
  ['rene@example.com', 'rené@example.com'],
  ['a@faß.de', 'a@fass.de'],
  ['a.b@gmail.com', 'ab@gmail.com'],
  ['a+x@example.com', 'a@example.com'],
])('%s and %s are two', (one, other) => {
  expect(emailKey(one)).not.toBe(emailKey(other))
})

test.each(INVALID)('%j has a key, which is no address of anybody else', (text) => {
  expect(VALID.map(emailKey)).not.toContain(emailKey(text))
})

test('the longest address has a key that the column holds', () => {
  const longest = `${'İ'.repeat(32)}@${'ü'.repeat(40)}.${'ü'.repeat(40)}.de`
  expect(emailProblem(longest)).toBeUndefined()
  expect(emailKey(longest).length).toBeLessThanOrEqual(320)
})

test('names: 200 characters of any script, no control characters', () => {
  expect(nameProblem('')).toBeUndefined()
  expect(nameProblem('👩‍👩‍👧 안녕 <b>"x"')).toBeUndefined()
  expect(nameProblem('😀'.repeat(200))).toBeUndefined()
  expect(nameProblem('😀'.repeat(201))).toMatch(/200 characters/)
  for (const name of ['a\nb', 'a\tb', '\u0000', '\u009f', '\u2028', '\ud800'])
    expect(nameProblem(name)).toMatch(/control/)
})

test('an erased key depends on the secret, and tells nothing of the address', () => {
  const key = createErasedKeys('secret')('ann@example.com')
  expect(key).toMatch(/^#[\w-]{43}$/)
  expect(createErasedKeys('secret')('ann@example.com')).toBe(key)
  expect(createErasedKeys('other')('ann@example.com')).not.toBe(key)
  expect(createErasedKeys('secret')('bob@example.com')).not.toBe(key)
})
