// Sealed tokens: what their purposes have in common. Links have tests of their own.
import { expect, test } from 'vitest'
import { createPasses, createSeal } from '../../src/core/seal.ts'
import { MINUTE, NOON } from '../support/times.ts'

const now = { ms: NOON }
const passes = (secret = 'a secret', purpose = 'ticket') =>
  createPasses(secret, purpose, MINUTE, () => now.ms)

test('what was sealed comes out, for its purpose and with its secret only', () => {
  const body = Buffer.from('what is told')
  const token = createSeal('a secret', 'tickets').seal(body)
  expect(createSeal('a secret', 'tickets').open(token)).toEqual(body)
  expect(createSeal('a secret', 'links').open(token)).toBeUndefined()
  expect(createSeal('another secret', 'tickets').open(token)).toBeUndefined()
  expect(createSeal('a secret', 'tickets').open(body.toString('base64url'))).toBeUndefined()
})

test('a token has one spelling, 128 bits that nobody can guess, and an end', () => {
  const { seal, open } = createSeal('a secret', 'tickets')
  const body = Buffer.from('what is told')
  const token = seal(body)
  for (const other of [`${token}=`, `${token}!`, ` ${token}`, `${token}\n`])
    expect(open(other)).toBeUndefined()
  expect(Buffer.from(token, 'base64url')).toHaveLength(body.length + 16)
  expect(open(seal(Buffer.alloc(200)))).toHaveLength(200)
  expect(open(seal(Buffer.alloc(400)))).toBeUndefined()
})

test('a pass is good until it ends, is told by its id, and no two are the same', () => {
  now.ms = NOON
  const [first, second] = [passes().issue(), passes().issue()]
  expect(first.expiresAt).toBe(NOON + MINUTE)
  expect(passes().read(first.token)?.id).toBe(passes().read(first.token)?.id)
  expect(passes().read(first.token)?.id).not.toBe(passes().read(second.token)?.id)
  now.ms = NOON + MINUTE - 1
  expect(passes().read(first.token)).toMatchObject({ leftMs: 1 })
  now.ms = NOON + MINUTE
  expect(passes().read(first.token)).toBeUndefined()
})

test('a pass of another purpose or secret is none', () => {
  now.ms = NOON
  const { token } = passes().issue()
  expect(passes('a secret', 'session').read(token)).toBeUndefined()
  expect(passes('another').read(token)).toBeUndefined()
  for (const text of ['', 'x', `${token}A`, token.slice(1)]) expect(passes().read(text)).toBeUndefined()
})
