// A mailing list that nobody is on yet: each next step is offered once, and nothing is offered that comes to nothing.
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { isSeen, isWhole } from '../../support/page/in-page.js'
import { usePageLab } from '../../support/page/page-lab.ts'

const lab = usePageLab()

test.each([
  ['/dashboard/subscribers', 'Nobody is on the list yet', ['Add…', 'Import a file']],
  ['/dashboard/subscribers/suppressions', 'No address is suppressed', ['Suppress…', 'Import a file']],
])('%s', async (path, heading, steps) => {
  const { page } = await lab.open({ path })
  await page.getByRole('heading', { name: heading }).waitFor()
  await eventually(() => page.locator('main :is(.main, .plain)').allInnerTexts()).toEqual(steps)
})

test('the choice that is made stands at the margin, as the field above it does', async () => {
  const { page } = await lab.open({ path: '/dashboard/subscribers' })
  const left = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((part) => part.getBoundingClientRect().left)
  expect(await left('.switches [aria-pressed=true]')).toBe(await left('.filter .search'))
})

test.each([1600, 1024, 768])('that no event has come is said in whole words at %i', async (width) => {
  const { page } = await lab.open({ path: '/dashboard/subscribers', viewport: { width, height: 768 } })
  const last = page.locator('.strip .last', { hasText: /no event yet/i })
  await eventually(() => last.evaluate(isWhole)).toBe(true)
})

test('at 320 × 256 the first step begins with its first words', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { page } = await lab.open({
    viewport: { width: 320, height: 256 },
    before: (page) =>
      page.route(/\/api\/events/, async (route) => {
        await released
        await route.continue()
      }),
  })
  // As long as nobody knows that there is none, the list is seen first.
  await eventually(() => page.locator('.stream').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0)
  release()
  const heading = page.getByRole('heading', { name: 'Waiting for the first event' })
  await eventually(() => heading.evaluate(isSeen)).toBe(true)
})
