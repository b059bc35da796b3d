// Two tabs of one browser: what is done in one is true in the other.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live } from '../support/page/browser.ts'
import { eventually } from '../support/eventually.ts'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

const lab = usePageLab((hub) => peopleOf(hub).subscribe('ann@example.org', 'Ann'))

async function openTabs(paths: readonly [string, string]): Promise<[Page, Page]> {
  const { page } = await lab.open({ path: paths[0] })
  const other = await page.context().newPage()
  await other.goto(lab.hub.url + paths[1])
  await Promise.all([page, other].map(live))
  return [page, other]
}

test('who signs out in one is signed out in both', async () => {
  const [page, other] = await openTabs(['/', '/dashboard/subscribers'])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('API token').waitFor()
  await other.getByLabel('API token').waitFor()
})

test('a campaign that is started in one is seen in the other', async () => {
  const [page, other] = await openTabs(['/dashboard/campaigns/new', '/dashboard/campaigns'])
  await page.getByLabel('Subject').fill('From the first tab')
  await page.locator('#content').fill('<p>Hello</p>')
  await other.locator('.line', { hasText: 'From the first tab' }).getByText('Draft').waitFor()
  await page.getByRole('button', { name: 'Send…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Send to / })
    .click()
  await other.locator('.line', { hasText: 'From the first tab' }).getByText('Finished').waitFor()
  // Once in the list, not once a telling.
  expect(await other.locator('.line').count()).toBe(1)
})

test('a draft that is deleted in one is gone from the list of the other', async () => {
  const [page, other] = await openTabs(['/dashboard/campaigns/new', '/dashboard/campaigns'])
  await page.getByLabel('Subject').fill('Only for a moment')
  await page.locator('#content').fill('<p>Hello</p>')
  const line = other.locator('.line', { hasText: 'Only for a moment' })
  await line.waitFor()
  await page.getByRole('button', { name: 'Delete…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the draft' }).click()
  await line.waitFor({ state: 'detached' })
})

test('a draft that is deleted by somebody else is gone once the list is read again', async () => {
  const people = peopleOf(lab.hub)
  const made = { subject: 'Only for a moment', content: '<p>Hello</p>' }
  const { id } = await people.call<{ id: string }>('POST', '/campaigns', made)
  const [page] = await openTabs(['/dashboard/campaigns', '/dashboard/campaigns'])
  const line = page.locator('.line', { hasText: made.subject })
  await line.waitFor()
  await people.call('DELETE', `/campaigns/${id}`)
  await line.click()
  await page.getByRole('heading', { name: 'There is no such campaign' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'Campaigns' }).waitFor()
  await line.waitFor({ state: 'detached' })
})

test('a subscriber who is changed in one is shown as changed in the other', async () => {
  await peopleOf(lab.hub).subscribe('bob@example.org')
  const [page, other] = await openTabs([
    '/dashboard/subscribers/bob@example.org',
    '/dashboard/subscribers/bob@example.org',
  ])
  await page.getByRole('button', { name: 'Unsubscribe…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Unsubscribe', exact: true }).click()
  const badge = other.locator('.person header .badge')
  await eventually(() => badge.innerText()).not.toBe('Gets mail')
})
