// What the set-up tells of the hub itself: which process answers, how much disk is left, whether webhooks have fallen silent.
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import type { EventQuery } from '../../../src/core/events/ports.ts'
import { HubError } from '../../../src/core/errors.ts'
import { SILENT_AFTER_MS } from '../../../src/core/events/silence.ts'
import { openSetupBoard, registerSetup } from '../../../src/http/events/setup.ts'
import { startHub, type TestHub } from '../../support/hub.ts'
import { HOUR, NOON } from '../../support/times.ts'

let hub: TestHub
const health = async () => ({ status: 'ready', states: { events: 'ok' } }) as const
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

test('the process by its role and start, and the room that its disk has', async () => {
  const { body } = await hub.get('/api/setup')
  expect(body).toMatchObject({
    process: { role: 'all', started_at: expect.stringMatching(/^2.*Z$/) },
    disk: { free: expect.any(Number), size: expect.any(Number) },
    webhooks_silent: false,
  })
})

test.each([
  [SILENT_AFTER_MS / 1000 - 1, false],
  [SILENT_AFTER_MS / 1000, true],
])('%d seconds without a webhook while mails go out are silence: %s', async (seconds, told) => {
  const app = Fastify()
  const watch = { status: () => ({ probeSeenAt: null, refused: [] }) }
  const proxy = { unknown: () => null }
  await registerSetup(app, { ...hub.wired, watch, proxy, health, silence: { seconds: () => seconds } })
  expect((await app.inject('/api/setup')).json()).toMatchObject({
    silent_seconds: seconds,
    webhooks_silent: told,
  })
  await app.close()
})

test('the history begins with the oldest event that is kept, and ends with the newest', async () => {
  const app = Fastify()
  const at = (receivedAt: number) =>
    [{ cursor: BEGINNING, kind: 'sent', receivedAt, data: '', facts: '', more: null }] as const
  const archive = {
    ...hub.wired.archive,
    find: async ({ after }: EventQuery) => at(after ? NOON : NOON + HOUR),
  }
  const watch = { status: () => ({ probeSeenAt: null, refused: [] }) }
  const proxy = { unknown: () => null }
  await registerSetup(app, { ...hub.wired, archive, watch, proxy, health, silence: { seconds: () => 0 } })
  expect((await app.inject('/api/setup')).json().history).toEqual({
    first_at: new Date(NOON).toISOString(),
    last_at: new Date(NOON + HOUR).toISOString(),
  })
  await app.close()
})

test('is looked up once a second, and pushed on change, and every 5 s where nothing changes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const state = { now: NOON, looks: 0, told: 0, silent: 0, events: 'ok' }
  const { wired } = hub
  const board = openSetupBoard({
    ...wired,
    archive: { ...wired.archive, brought: async () => ({ first: null, last: null, byHand: 0 }), find: none },
    quarantine: { ...wired.quarantine, count: async () => 0 },
    feed: { ...wired.feed, size: async () => ({ bytes: 1, bound: 2 }) },
    running: { ...wired.running, others: none, disk: async () => ({ free: 1, size: 2 }) },
    now: () => state.now,
    health: async () => ({ status: 'ready', states: { events: state.events } }),
    watch: { status: () => ({ probeSeenAt: null, refused: [] }) },
    proxy: { unknown: () => ((state.looks += 1), null) },
    silence: { seconds: () => state.silent },
  })
  board.join({ hasRoom: () => true, write: () => void (state.told += 1) })
  const after = async (ms: number, changes: Partial<typeof state> = {}) => {
    Object.assign(state, changes)
    await vi.advanceTimersByTimeAsync(ms)
    return [state.looks, state.told]
  }
  expect(await after(0)).toEqual([1, 1])
  expect(await after(999)).toEqual([1, 1])
  expect(await after(1)).toEqual([2, 1])
  expect(await after(1_000, { now: NOON + 4_999, silent: 1 })).toEqual([3, 1])
  expect(await after(1_000, { now: NOON + 5_000 })).toEqual([4, 2])
  expect(await after(1_000, { silent: SILENT_AFTER_MS / 1000 })).toEqual([5, 3])
  expect(await after(1_000, { events: 'full' })).toEqual([6, 4])
  board.close()
  vi.useRealTimers()
})

test('that the event store is away is pushed once, with what was known before, and that it is back', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const state = { events: 'ok' }
  const told: string[] = []
  const { wired } = hub
  const board = openSetupBoard({
    ...wired,
    archive: { ...wired.archive, brought: async () => ({ first: null, last: null, byHand: 0 }), find: none },
    quarantine: { ...wired.quarantine, count: async () => 3 },
    feed: {
      ...wired.feed,
      async size() {
        if (state.events !== 'ok') throw new HubError('feed.unavailable')
        return { bytes: 1, bound: 2 }
      },
    },
    running: { ...wired.running, others: none, disk: async () => ({ free: 1, size: 2 }) },
    now: () => NOON,
    health: async () => ({ status: 'unavailable', states: { events: state.events } }),
    watch: { status: () => ({ probeSeenAt: null, refused: [] }) },
    proxy: { unknown: () => null },
    silence: { seconds: () => 0 },
  })
  const write = (frame: Buffer) =>
    void told.push(...(frame.toString().match(/"quarantine":3|"states":.+?}/g) ?? []))
  board.join({ hasRoom: () => true, write })
  const ok = ['"quarantine":3', '"states":{"events":"ok"}']
  const away = ['"quarantine":3', '"states":{"events":"unavailable"}']
  const after = async (events: string) => {
    state.events = events
    await vi.advanceTimersByTimeAsync(10_000)
    return told.splice(0)
  }
  expect(await after('ok')).toEqual(ok)
  expect(await after('unavailable')).toEqual(away)
  expect(await after('ok')).toEqual(ok)
  board.close()
  vi.useRealTimers()
})

async function none(): Promise<[]> {
  return []
}
