// The event store away: the socket stays, and yet no event can come. A page that says "Live" then tells a lie.
import { expect, test } from 'vitest'
import { live, mailEvent, subjects } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { useProgramLab } from '../support/page-lab.ts'

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
