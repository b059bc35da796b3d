// What the first view costs on the network: bounds that do not depend on the machine.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endlessEvents } from '../../simulator/events/events.ts'
import { live } from '../support/page/browser.ts'
import { usePageLab } from '../support/page/page-lab.ts'

const MOST_BYTES = 150_000
const MOST_REQUESTS = 15

const lab = usePageLab(async (hub) => {
  const events = endlessEvents({ seed: 1, now: Date.now }).take(200)
  await hub.post(`[${events.map(({ text }) => text).join()}]`)
})

const isAsset = (address: string) => address.startsWith('/assets/')

type Traffic = { bytes: number; failed: number; readonly addresses: string[]; readonly crossed: string[] }

/** Everything that crosses the network from now on: heads and bodies of answers, and what the socket brings. */
async function watchTraffic(page: Page): Promise<Traffic> {
  const traffic: Traffic = { bytes: 0, failed: 0, addresses: [], crossed: [] }
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  const asked = new Map<string, string>()
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith('http')) return
    asked.set(requestId, new URL(request.url).pathname)
    traffic.addresses.push(new URL(request.url).pathname)
  })
  network.on('Network.webSocketCreated', ({ url }) => void traffic.addresses.push(new URL(url).pathname))
  network.on('Network.webSocketFrameReceived', ({ response }) => {
    traffic.bytes += Buffer.byteLength(response.payloadData)
  })
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    traffic.bytes += encodedDataLength
    if (encodedDataLength > 0) traffic.crossed.push(asked.get(requestId) ?? '')
  })
  network.on('Network.loadingFailed', () => {
    traffic.failed += 1
  })
  return traffic
}

async function shown(page: Page): Promise<void> {
  await live(page)
  await page.locator('.line').first().waitFor()
  await page.waitForLoadState('networkidle')
}

test('the first view with 200 events, answers of the API included, is ≤ 150 kB in ≤ 15 requests', async () => {
  let traffic: Traffic | undefined
  const { page, close, problems } = await lab.open({
    before: async (page) => void (traffic = await watchTraffic(page)),
  })
  await shown(page)
  expect(problems).toEqual([])
  expect(traffic).toMatchObject({ failed: 0 })
  expect(traffic?.addresses).toContain('/ws/email')
  expect(traffic?.bytes).toBeGreaterThan(20_000)
  expect(traffic?.bytes).toBeLessThanOrEqual(MOST_BYTES)
  expect(traffic?.addresses.length, traffic?.addresses.join()).toBeLessThanOrEqual(MOST_REQUESTS)
  await close()
})

test('seen again, modules and sheets come from the browser itself', async () => {
  const { page, close } = await lab.open()
  await shown(page)
  const traffic = await watchTraffic(page)
  await page.reload()
  await shown(page)
  expect(traffic.addresses.filter(isAsset).length).toBeGreaterThanOrEqual(2)
  expect(traffic.crossed).toContain('/')
  expect(traffic.crossed.filter(isAsset)).toEqual([])
  await close()
})
