// The event store away: the socket stays, and yet no event can come. A page that says "Live" then tells a lie.
import { expect, onTestFinished, test } from 'vitest'
import { live, mailEvent, subjects } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { useProgramLab } from '../../support/page/page-lab.ts'

const lab = useProgramLab(undefined, undefined, 'shared')

test('who cannot be brought events is not told that they are, also with the database away', async () => {
  const { page } = await lab.open()
  await live(page)
  const mend = [await lab.breakFeed(), await lab.breakArchive()]
  const strip = page.locator('.strip')
  await strip.locator('.state', { hasText: 'Waiting for the event store' }).waitFor()
  expect(await strip.locator('.rate .number').innerText()).toBe('–')
  expect(await strip.locator('.last').innerText()).toMatch(/–$/)
  await strip.locator('.problems .wide', { hasText: 'The event store cannot be reached' }).waitFor()
  await page.locator('.unseen[role=status]', { hasText: 'Waiting for the event store' }).waitFor()

  await Promise.all(mend.map((each) => each()))
  await live(page)
  await eventually(() =>
    lab.hub.post([mailEvent({ subject: 'After' })]).then(
      () => true,
      () => false,
    ),
  ).toBe(true)
  await eventually(async () => (await subjects(page))[0]).toBe('After')
})

test('a hub whose Redis is full is asked and answers: that it refuses events is said in every view', async () => {
  const { page } = await lab.open()
  await live(page)
  const mend = await lab.fillFeed()
  onTestFinished(async () => void (await mend()))
  const words = 'Events are refused: Redis is full'
  await page.locator('.strip .state', { hasText: words }).waitFor()
  await eventually(() => page.title()).toContain(words)
  await page.locator('.unseen[role=status]', { hasText: words }).waitFor()
  await page.getByRole('link', { name: 'Set-up' }).first().click()
  await page.locator('.facts dd', { hasText: 'Redis' }).filter({ hasText: 'full' }).waitFor()
  await page.getByText('Webhooks are refused. Mandrill keeps them and tries again.').waitFor()
  await page.locator('.strip .state', { hasText: words }).waitFor()
  await mend()
  await live(page)
})
