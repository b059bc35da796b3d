// Memory of a body is freed at once when nobody uses it any more, and never what others have a part of.
import { expect, test } from 'vitest'
import { giveBack } from '../../../../src/http/server/bodies/bodies.ts'

test('all of a buffer is freed', () => {
  const bytes = Buffer.from(new ArrayBuffer(1_000))
  giveBack(bytes)
  expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0])
})

test('memory that is shared with others stays', () => {
  const whole = Buffer.from(new ArrayBuffer(1_000))
  const other = Buffer.from(whole.buffer, 0, 10).fill('a')
  giveBack(whole.subarray(10))
  expect(other.toString()).toBe('aaaaaaaaaa')
  const pooled = Buffer.from('b'.repeat(10)) // Node's own pool
  giveBack(pooled)
  expect(pooled.toString()).toBe('b'.repeat(10))
})
