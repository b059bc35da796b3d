// /doc in a browser: the CSP stops nothing of it, and an accessibility checker finds nothing.
import { expect, test } from 'vitest'
import { axeFaults } from '../support/page/axe.ts'
import { overflow } from '../support/page/in-page.js'
import { usePageLab } from '../support/page/page-lab.ts'

const lab = usePageLab()

/** What lies behind the dialog has been looked at. */
const DIALOG = ['button-name', 'color-contrast', 'label', 'label-content-name-mismatch']

for (const colorScheme of ['light', 'dark'] as const) {
  test(`/doc, ${colorScheme}`, async () => {
    const { page, problems, close } = await lab.open({ path: '/doc', colorScheme, reducedMotion: 'reduce' })
    await page.locator('.opblock').first().waitFor()
    for (const size of [
      { width: 320, height: 256 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size)
      expect(await page.evaluate(overflow)).toBe(0)
      expect(await axeFaults(page)).toEqual([])
    }

    const asked = page.locator('#operations-Events-getEvents')
    await asked.locator('.opblock-summary-control').click()
    await asked.getByRole('button', { name: 'Try it out' }).click()
    await asked.getByRole('button', { name: 'Execute' }).click()
    await asked.locator('.live-responses-table .response', { hasText: '200' }).waitFor()
    expect(page.url()).toContain('#/Events/getEvents')
    const posted = page.locator('#operations-Campaigns-postCampaigns')
    await posted.locator('.opblock-summary-control').click()
    await posted.getByRole('button', { name: 'Try it out' }).click()
    await posted.getByRole('textbox', { name: 'Body' }).waitFor()
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(overflow)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await axeFaults(page)).toEqual([])

    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.locator('.modal-ux').waitFor()
    expect(await axeFaults(page, DIALOG)).toEqual([])
    expect(problems).toEqual([])
    await close()
  })
}

test('leads to the dashboard', async () => {
  const { page, close } = await lab.open({ path: '/doc' })
  await page.getByRole('banner').getByRole('link', { name: 'Dashboard' }).click()
  await page.locator('.state').waitFor()
  await close()
})
