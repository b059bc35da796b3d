// The processes of a hub: who is there, who has fallen silent, who has gone.
import { afterEach, expect, test } from 'vitest'
import { startHeartbeat, type Heartbeat } from '../../src/core/heartbeat.ts'
import type { Process, Processes } from '../../src/core/ports.ts'
import { HOUR, NOON } from '../support/times.ts'

const told = new Map<string, Process>()
const processes: Processes = {
  tell: async (me) => void told.set(me.id, me),
  list: async () => [...told.values()],
  leave: async (id) => void told.delete(id),
}
const started: Heartbeat[] = []
afterEach(async () => void (await Promise.all(started.splice(0).map((each) => each.close()))))

function start(id: string, role: string, now: () => number) {
  const me = { id, role, version: '1', since: now() }
  const heartbeat = startHeartbeat({ processes, me, now, everyMs: 2 ** 30 })
  started.push(heartbeat)
  return heartbeat
}

test('others are told by what they said last, and are silent after 30 s', async () => {
  let now = NOON
  const web = start('a', 'web', () => now)
  const worker = start('b', 'worker', () => NOON + 1)
  expect(await web.others()).toEqual([
    { id: 'b', role: 'worker', version: '1', since: NOON + 1, seen: NOON + 1, silent: false },
  ])
  expect(await worker.others()).toMatchObject([{ id: 'a', role: 'web' }])
  now = NOON + 30_002
  expect(await web.others()).toMatchObject([{ id: 'b', silent: true }])
  now = NOON + 25 * HOUR
  expect(await web.others()).toEqual([])
  expect(told.has('b')).toBe(false)
})

test('who stops has gone', async () => {
  const web = start('a', 'web', () => NOON)
  const worker = start('b', 'worker', () => NOON)
  await worker.close()
  expect(await web.others()).toEqual([])
})
