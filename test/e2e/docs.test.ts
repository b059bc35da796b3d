// /doc in a browser: the CSP stops nothing of it, and an accessibility checker finds nothing that can be mended from outside Swagger.
import { expect, test } from 'vitest'
import { axeFaults } from '../support/axe.ts'
import { overflow } from '../support/in-page.js'
import { usePageLab } from '../support/page-lab.ts'

const lab = usePageLab()

/** Of Swagger's own parts, which no setting and no style changes. */
const NOT_OURS = [
  // The field's name stands beside it in a table, as a text.
  /^(select-name|label): .* <(select|textarea) class="(body-param__text)?"/,
  // Browsers let the keys scroll it all the same.
  /^scrollable-region-focusable: .* <pre class="example microlight"/,
  // "Authorize" and "Close" beside it say the same.
  /^button-name: .* <button type="button" class="close-modal"/,
  /^label-content-name-mismatch: .* <button .*class="btn modal-btn/,
]

for (const colorScheme of ['light', 'dark'] as const) {
  test(`/doc, ${colorScheme}`, async () => {
    const { page, problems, close } = await lab.open({ path: '/doc', colorScheme, reducedMotion: 'reduce' })
    const faults = async () =>
      (await axeFaults(page)).filter((fault) => !NOT_OURS.some((known) => known.test(fault)))
    await page.locator('.opblock').first().waitFor()
    for (const size of [
      { width: 320, height: 256 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size)
      expect(await page.evaluate(overflow)).toBe(0)
      expect(await faults()).toEqual([])
    }

    const asked = page.locator('#operations-Events-getEvents')
    await asked.locator('.opblock-summary-control').click()
    await asked.getByRole('button', { name: 'Try it out' }).click()
    await asked.getByRole('button', { name: 'Execute' }).click()
    await asked.locator('.live-responses-table .response', { hasText: '200' }).waitFor()
    expect(page.url()).toContain('#/Events/getEvents')
    expect(await faults()).toEqual([])

    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.locator('.modal-ux').waitFor()
    expect(await faults()).toEqual([])
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
