// Whatever is asked of a hub on embedded stores: no 5xx, and no answer out of shape.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askAnything } from '../../support/any-requests.ts'
import { startHub, type TestHub } from '../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub?.close())

test('requests of every kind are answered as the document says', { timeout: 3_600_000 }, async () => {
  const statuses = await askAnything(hub)
  for (const status of [200, 201, 204, 400, 404]) expect(statuses[status], `${status}`).toBeGreaterThan(0)
})
