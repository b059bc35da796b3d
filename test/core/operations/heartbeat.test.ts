// The processes of a hub: who is there, who has fallen silent, who has gone.
import { afterEach, expect, test } from 'vitest'
import { startHeartbeat, type Heartbeat } from '../../../src/core/operations/heartbeat.ts'
import type { Process, Processes } from '../../../src/core/ports.ts'
import { until } from '../../support/eventually.ts'
import { HOUR, NOON } from '../../support/times.ts'

const told = new Map<string, Process>()
const processes: Processes = {
  tell: async (me) => void told.set(me.id, me),
  list: async () => [...told.values()],
  leave: async (id) => void told.delete(id),
}
const started: Heartbeat[] = []
afterEach(async () => void (await Promise.all(started.splice(0).map((each) => each.close()))))

function start(id: string, role: string, now: () => number, { everyMs = 2 ** 30, to = processes } = {}) {
  const me = { id, role, version: '1', since: now() }
  const heartbeat = startHeartbeat({ processes: to, me, now, everyMs })
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

test('of many that were killed the last ten are told, and the others forgotten', async () => {
  let now = NOON
  const web = start('a', 'web', () => now)
  for (let n = 0; n < 25; n++)
    told.set(`k${n}`, { id: `k${n}`, role: 'worker', version: '1', since: n, seen: NOON + n })
  start('b', 'worker', () => NOON + HOUR)
  now = NOON + HOUR
  const others = await web.others()
  expect(others.map(({ id }) => id)).toEqual([...Array.from({ length: 10 }, (_, n) => `k${n + 15}`), 'b'])
  expect([...told.keys()].filter((id) => id.startsWith('k'))).toHaveLength(10)
  told.clear()
})

test('who stops has gone', async () => {
  const web = start('a', 'web', () => NOON)
  const worker = start('b', 'worker', () => NOON)
  await worker.close()
  expect(await web.others()).toEqual([])
})

test('who is stopping is not told of again, and needs no store for it', async () => {
  const arrived = Promise.withResolvers<void>()
  const late = async (me: Process) => arrived.promise.then(() => processes.tell(me))
  const worker = start('b', 'worker', () => NOON, { to: { ...processes, tell: late } })
  const closed = worker.close()
  arrived.resolve()
  await closed
  expect(told.has('b')).toBe(false)

  let beats = 0
  const tell = async () => void (beats += 1)
  const leave = async () => Promise.reject(new Error('an outage'))
  const stopped = start('c', 'worker', () => NOON, { everyMs: 1, to: { ...processes, tell, leave } })
  await stopped.close()
  const before = beats
  let later = 0
  start('d', 'worker', () => NOON, { everyMs: 1, to: { ...processes, tell: async () => void (later += 1) } })
  await until(() => expect(later).toBeGreaterThan(5))
  expect(beats).toBe(before)
})

test('it goes on, also after an outage of the store', async () => {
  let now = NOON
  let failed = 0
  const tell = async (me: Process) => {
    if (me.seen === NOON) throw new Error(`outage ${(failed += 1)}`)
    return processes.tell(me)
  }
  start('a', 'web', () => now, { everyMs: 1, to: { ...processes, tell } })
  await until(() => expect(failed).toBeGreaterThan(1))
  now = NOON + 1
  await until(() => expect(told.get('a')?.seen).toBe(NOON + 1))
  now = NOON + 2
  await until(() => expect(told.get('a')?.seen).toBe(NOON + 2))
})

test('the oldest comes first', async () => {
  const web = start('a', 'web', () => NOON)
  for (const [id, at] of [
    ['b', 2],
    ['c', 1],
    ['d', 3],
  ] as const)
    start(id, 'worker', () => NOON + at)
  expect((await web.others()).map(({ id }) => id)).toEqual(['c', 'b', 'd'])
})
