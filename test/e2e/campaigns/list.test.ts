// The list of campaigns, when it is long: its end is there at once, and so is its beginning.
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const MANY = 130
const lab = usePageLab(async (hub) => {
  const { call } = peopleOf(hub)
  for (let n = 0; n < MANY; n += 1)
    await call('POST', '/campaigns', { subject: `Letter ${n}`, content: '<p>News</p>' })
})

test('End is at the first campaign, Home at the last one; what lies between is read as one goes there', async () => {
  const { page, problems } = await lab.open({ path: '/dashboard/campaigns' })
  const list = page.getByRole('listbox')
  const lines = () => page.locator('.line .subject').allInnerTexts()
  await eventually(async () => (await lines())[0]).toBe(`Letter ${MANY - 1}`)
  await list.press('End')
  await eventually(async () => (await lines()).at(-1)).toBe('Letter 0')
  await list.press('Home')
  await eventually(async () => (await lines())[0]).toBe(`Letter ${MANY - 1}`)
  await list.press('End')
  await eventually(async () => (await lines()).at(-1)).toBe('Letter 0')
  await eventually(async () => {
    await list.evaluate((element) => element.scrollBy(0, -300))
    return lines()
  }).toContain('Letter 60')
  expect(await page.getByText('More between').count()).toBe(0)
  expect(problems).toEqual([])
})
