// What the first view looks like, where that is a number: the contrast of its text.
import { expect, test } from 'vitest'
import { live, mailEvents } from '../support/browser.ts'
import { usePageLab } from '../support/page-lab.ts'
import { faint } from '../support/in-page.js'

const lab = usePageLab((hub) => hub.post(mailEvents(40)))

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
    await page.goto(`${lab.hub.url}/dashboard/setup`)
    await page.getByRole('heading', { name: 'Set-up', level: 1 }).waitFor()
    expect(await page.evaluate(faint)).toEqual([])
    await close()
  })
}
