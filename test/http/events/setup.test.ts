// What the set-up tells of the hub itself: which process answers, how much disk is left, whether webhooks have fallen silent.
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SILENT_AFTER_MS } from '../../../src/core/events/silence.ts'
import { registerSetup } from '../../../src/http/events/setup.ts'
import { startHub, type TestHub } from '../../support/hub.ts'

let hub: TestHub
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
  await registerSetup(app, { ...hub.wired, watch, proxy, silence: { seconds: () => seconds } })
  expect((await app.inject('/api/setup')).json()).toMatchObject({
    silent_seconds: seconds,
    webhooks_silent: told,
  })
  await app.close()
})
