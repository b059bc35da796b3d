// A lease is renewed for as long as its holder works, and given back at the end.
import { expect, test } from 'vitest'
import { createLease } from '../../src/core/lease.ts'
import { NOON, SECOND } from '../support/times.ts'

function lab() {
  const clock = { now: NOON }
  const kept: { owner: string | undefined; until: number } = { owner: undefined, until: 0 }
  const leases = {
    take: async (_name: string, owner: string, lifeMs: number) => {
      if (kept.owner !== undefined && kept.owner !== owner && kept.until > clock.now) return false
      Object.assign(kept, { owner, until: clock.now + lifeMs })
      return true
    },
    release: async () => void Object.assign(kept, { owner: undefined }),
  }
  const of = (owner: string) => createLease('tracking', { leases, owner, now: () => clock.now })
  return { clock, one: of('one'), other: of('other') }
}

test('whoever goes on asking keeps it, and nobody else has it meanwhile', async () => {
  const { clock, one, other } = lab()
  expect(await one.take()).toBe(true)
  for (let second = 0; second < 20; second++, clock.now += SECOND) {
    expect(await one.hold()).toBe(true)
    expect(await other.hold()).toBe(false)
  }
})

test('one that is given back is free at once', async () => {
  const { one, other } = lab()
  expect(await one.take()).toBe(true)
  await one.release()
  expect(await other.take()).toBe(true)
})

test('one whose holder is silent is free after a few seconds', async () => {
  const { clock, one, other } = lab()
  expect(await one.take()).toBe(true)
  clock.now += 5 * SECOND
  expect(await other.take()).toBe(true)
  expect(await one.hold()).toBe(false)
})
