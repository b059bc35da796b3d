// Two tabs of one browser: what is done in one is true in the other.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, TOKEN } from '../support/page/browser.ts'
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
  expect(await other.locator('.line', { hasText: 'From the first tab' }).count()).toBe(1)
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

test('a draft that is changed in one is not sent from the other before it is seen there', async () => {
  const made = { subject: 'As it was', content: '<p>Hello</p>' }
  const { id } = await peopleOf(lab.hub).call<{ id: string }>('POST', '/campaigns', made)
  const path = `/dashboard/campaigns/${id}`
  const [page, other] = await openTabs([path, path])
  await Promise.all([page, other].map((tab) => tab.getByLabel('Subject').waitFor()))
  await page.locator('#content').fill('<p>Changed</p>')
  await page.getByText('saved at').waitFor()
  await other.getByRole('button', { name: 'Send…' }).click()
  await other.getByText('The draft was changed elsewhere').waitFor()
  expect(await other.locator('#content').inputValue()).toBe('<p>Changed</p>')
  await other.getByRole('button', { name: 'Send…' }).click()
  await other.getByRole('dialog').waitFor()
})

test('a draft that is deleted in one can be saved anew from the other', async () => {
  const made = { subject: 'Deleted too early', content: '<p>Hello</p>' }
  const people = peopleOf(lab.hub)
  const { id } = await people.call<{ id: string }>('POST', '/campaigns', made)
  const { page } = await lab.open({ path: `/dashboard/campaigns/${id}` })
  await page.getByLabel('Subject').waitFor()
  await people.call('DELETE', `/campaigns/${id}`)
  await page.getByLabel('Preheader').fill('Typed afterwards')
  await page.getByRole('button', { name: 'Save it as a new one' }).click()
  await page.getByRole('button', { name: 'Send…' }).waitFor()
  const last = new URL(page.url()).pathname.split('/').at(-1)
  expect(last).not.toBe(id)
  expect(await people.call('GET', `/campaigns/${last}`)).toMatchObject({
    ...made,
    preheader: 'Typed afterwards',
  })
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

test('a subscriber who is removed meanwhile is not shown as one who gets mail', async () => {
  const people = peopleOf(lab.hub)
  const { id } = await people.subscribe('carl@example.org')
  const { page } = await lab.open({ path: `/dashboard/subscribers/${id}` })
  await page.getByRole('heading', { name: 'carl@example.org' }).waitFor()
  await people.call('DELETE', `/subscribe/${id}`)
  // Asked again as one acts.
  await page.getByRole('button', { name: 'Suppress…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Suppress', exact: true }).click()
  await page.getByRole('heading', { name: 'There is no such subscriber' }).waitFor()
})

test('what one was writing when the session ended is there when signed in again', async () => {
  const { page, close } = await lab.open({ path: '/dashboard/campaigns/new' })
  const field = (name: string) => page.getByLabel(name, { exact: true })
  const signIn = async () => {
    await page.getByLabel('API token').fill(TOKEN)
    await page.keyboard.press('Enter')
  }
  await field('Body, in HTML').fill('<p>Half a letter</p>')
  const other = await page.context().newPage()
  await other.goto(lab.hub.url)
  await other.getByRole('button', { name: 'Sign out' }).click()
  await signIn()
  await eventually(() => field('Body, in HTML').inputValue()).toBe('<p>Half a letter</p>')
  await field('Subject').fill('A letter')
  await page.getByText(/^saved at/).waitFor()
  await page.context().clearCookies()
  await field('Subject').fill('Another letter')
  await signIn()
  await eventually(() => field('Subject').inputValue()).toBe('Another letter')
  await page.getByText(/^saved at/).waitFor()
  await page.reload()
  await eventually(() => field('Subject').inputValue()).toBe('Another letter')
  await close()
})
