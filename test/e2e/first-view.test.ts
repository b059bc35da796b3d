// What the first view costs on the network, and what it looks like: the promises that are numbers.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvents } from '../support/browser.ts'
import { usePageLab } from '../support/page-lab.ts'
import { faint } from '../support/in-page.js'

const MOST_BYTES = 150_000

const lab = usePageLab((hub) => hub.post(mailEvents(40)))

test('the first view is under 150 kB, headers and all, before any event', async () => {
  let bytes = 0
  const count = async (page: Page) => {
    const network = await page.context().newCDPSession(page)
    await network.send('Network.enable')
    const data = new Set<string>()
    network.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (new URL(request.url).pathname.startsWith('/api/')) data.add(requestId)
    })
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (!data.has(requestId)) bytes += encodedDataLength
    })
  }
  const { page, close } = await lab.open({ before: count })
  await live(page)
  await page.locator('.line').first().waitFor()
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(MOST_BYTES)
  await close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text has the contrast of WCAG AA in ${colorScheme}`, async () => {
    const { page, close } = await lab.open({
      colorScheme,
      reducedMotion: 'reduce',
      path: '/?events=sent',
    })
    await live(page)
    await page.locator('.line').first().click()
    await page.getByRole('complementary').waitFor()
    expect(await page.evaluate(faint)).toEqual([])
    await page.goto(`${lab.hub.url}/setup`)
    await page.getByRole('heading', { name: 'Set-up', level: 1 }).waitFor()
    expect(await page.evaluate(faint)).toEqual([])
    await close()
  })
}
