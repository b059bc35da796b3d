// What the page tells whoever looks elsewhere, by the title of its tab, and whoever does not see it, by its summaries.
import { expect, test } from 'vitest'
import { live, mailEvent, mailEvents } from '../support/page/browser.ts'
import { eventually } from '../support/eventually.ts'
import { animationOf, look } from '../support/page/in-page.js'
import { usePageLab } from '../support/page/page-lab.ts'

const SUMMARY_MS = 15_000
const lab = usePageLab((hub) => hub.post([mailEvent({ subject: 'Earlier' })]))

test('the title counts what comes while nobody looks, until somebody does', async () => {
  const { page, problems, close } = await lab.open()
  await live(page)
  await eventually(() => page.title()).toBe('Live · Mail Event Hub')
  await page.evaluate(look, false)
  await lab.hub.post(mailEvents(2))
  await eventually(() => page.title()).toBe('(2) Live · Mail Event Hub')
  await lab.hub.post(mailEvents(1_000))
  await eventually(() => page.title()).toBe('(1,002) Live · Mail Event Hub')
  await page.evaluate(look, true)
  await eventually(() => page.title()).toBe('Live · Mail Event Hub')
  expect(problems).toEqual([])
  await close()
})

test('a screen reader hears summaries, until they are muted', async () => {
  const { page, close } = await lab.open({ before: (opened) => opened.clock.install() })
  await live(page)
  const said = page.locator('p[role=status]').first()
  const come = async (event: string, subject: string) => {
    await lab.hub.post(mailEvents(3, () => ({ event, subject })))
    await page.locator('.line', { hasText: subject }).nth(2).waitFor()
    await page.clock.fastForward(SUMMARY_MS)
  }
  await come('open', 'Heard')
  await eventually(() => said.textContent()).toMatch(/^\d new events?: \d opened$/)
  await page.getByRole('button', { name: 'Shortcuts' }).click()
  await page.getByLabel('Announce new events to screen readers').uncheck()
  await page.keyboard.press('Escape')
  await come('click', 'Unheard')
  await page.clock.runFor(100)
  expect(await said.textContent()).not.toContain('clicked')
  await close()
})

test('what comes fades in, and nothing moves for whoever wants no motion', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await page.locator('.line').first().waitFor()
  await lab.hub.post([mailEvent({ subject: 'Alone' })])
  const alone = page.locator('.line', { hasText: 'Alone' })
  await alone.waitFor()
  expect(await alone.evaluate(animationOf)).toBe('come 0.12s')
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await alone.evaluate(animationOf)).toBe('none 0s')
  await close()
})
