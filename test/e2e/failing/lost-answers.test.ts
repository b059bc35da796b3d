// Done by the hub, and the answer lost: the page does not say that it was not done, and pressed again it does no harm.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const PEOPLE = '/dashboard/subscribers'
const CONTENT = '<p>News</p>'
const lab = usePageLab((hub) => peopleOf(hub).subscribe('ann@example.org'))

/** What is sent gets to the hub, and what the hub says of it does not come back: once. */
async function loseOne(page: Page, method: string, path: RegExp): Promise<void> {
  let lost = false
  await page.route(path, async (route) => {
    if (lost || route.request().method() !== method) return route.fallback()
    lost = true
    await route.fetch()
    await route.abort()
  })
}

async function open(path: string): Promise<Page> {
  const { page } = await lab.open({ path })
  await live(page)
  return page
}
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).click()
const isGone = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' })

const draft = async (subject: string) =>
  (await peopleOf(lab.hub).call<{ id: string }>('POST', '/campaigns', { subject, content: CONTENT })).id

type Deed = readonly [
  what: string,
  open: () => Promise<string>,
  ask: string,
  yes: string,
  method: string,
  path: RegExp,
]
const DEEDS: readonly Deed[] = [
  [
    'a suppression is lifted',
    async () => {
      await peopleOf(lab.hub).subscribe('stopped@example.org')
      await peopleOf(lab.hub).suppress('stopped@example.org', 'manual')
      return `${PEOPLE}/stopped@example.org`
    },
    'Lift the suppression…',
    'Lift the suppression',
    'DELETE',
    /\/suppressions\//,
  ],
  [
    'somebody is suppressed',
    async () => {
      await peopleOf(lab.hub).subscribe('stop@example.org')
      return `${PEOPLE}/stop@example.org`
    },
    'Suppress…',
    'Suppress',
    'POST',
    /\/suppressions$/,
  ],
  [
    'a person is erased',
    async () => {
      await peopleOf(lab.hub).subscribe('erase@example.org')
      return `${PEOPLE}/erase@example.org`
    },
    'Erase…',
    'Erase',
    'POST',
    /\/erase$/,
  ],
  [
    'a draft is deleted',
    async () => `/dashboard/campaigns/${await draft('To be deleted')}`,
    'Delete…',
    'Delete the draft',
    'DELETE',
    /\/campaigns\//,
  ],
  [
    'a campaign is scheduled',
    async () => `/dashboard/campaigns/${await draft('For later')}`,
    'Schedule…',
    'Schedule',
    'PATCH',
    /\/campaigns\//,
  ],
]

test.each(DEEDS)('%s: the question says so, and a second yes ends it', async (_, path, ask, yes, ...what) => {
  const page = await open(await path())
  await loseOne(page, ...what)
  await press(page, ask)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: yes, exact: true }).click()
  await dialog.getByText('Perhaps not done: The hub cannot be reached').waitFor()
  await dialog.getByRole('button', { name: yes, exact: true }).click()
  await isGone(page)
})

test('who was unsubscribed is shown so behind the question, whose second yes is refused with a word', async () => {
  await peopleOf(lab.hub).subscribe('leaves@example.org')
  const page = await open(`${PEOPLE}/leaves@example.org`)
  await loseOne(page, 'PATCH', /\/subscribe$/)
  await press(page, 'Unsubscribe…')
  const yes = page.getByRole('dialog').getByRole('button', { name: 'Unsubscribe', exact: true })
  await yes.click()
  await page.getByText('Perhaps not done: The hub cannot be reached').waitFor()
  await eventually(() => page.locator('.person header .badge').innerText()).toBe('Not subscribed')
  await yes.click()
  await page.getByText('This address is unsubscribed already').waitFor()
})

test('who was added is there, and a link leads there', async () => {
  const page = await open(PEOPLE)
  await loseOne(page, 'POST', /\/subscribe$/)
  await press(page, 'Add…')
  await page.getByLabel('Address', { exact: true }).fill('new@example.org')
  await press(page, 'Add')
  await page.getByText('Perhaps not done: The hub cannot be reached').waitFor()
  await press(page, 'Add')
  await page.getByText('This address is subscribed already').waitFor()
  await page.getByRole('link', { name: 'Show new@example.org' }).click()
  await page.getByRole('heading', { name: 'new@example.org' }).waitFor()
})

test('a campaign that has started all the same says no more that it was not sent', async () => {
  const id = await draft('Started')
  const page = await open(`/dashboard/campaigns/${id}`)
  await loseOne(page, 'POST', /\/start$/)
  await press(page, 'Send…')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Send to / })
    .click()
  await page.getByText('Finished').waitFor()
  await page.getByRole('complementary', { name: 'About to be sent' }).waitFor({ state: 'detached' })
})

test('a copy that was made is the one that the second press gives', async () => {
  const { call } = peopleOf(lab.hub)
  const id = await draft('Copied')
  const page = await open(`/dashboard/campaigns/${id}`)
  await loseOne(page, 'POST', /\/duplicate$/)
  await press(page, 'Duplicate')
  await page.getByText('Perhaps not done: The hub cannot be reached').waitFor()
  await press(page, 'Duplicate')
  await eventually(() => page.url()).not.toContain(id)
  const { campaigns } = await call<{ campaigns: { subject: string }[] }>('GET', '/campaigns')
  expect(campaigns.filter(({ subject }) => subject === 'Copied')).toHaveLength(2)
})

test('an entry of the quarantine that is gone by then is passed over', async () => {
  await lab.hub.post('["one", "two"]')
  const page = await open('/dashboard/setup')
  const tried: string[] = []
  await page.route('**/replay', async (route) => {
    const { pathname, origin } = new URL(route.request().url())
    const entry = origin + pathname.replace('/replay', '')
    if (tried.length === 0) await page.request.delete(entry, { headers: { origin } })
    tried.push(entry)
    await route.continue()
  })
  await press(page, /^Retry/)
  await page.getByRole('alert').getByText('This entry still cannot be read as an event').waitFor()
  expect(new Set(tried).size).toBe(2)
})

test('a sample, and signing out', async () => {
  const page = await open('/dashboard/setup')
  await loseOne(page, 'POST', /\/api\/sample$/)
  await press(page, 'Send a sample')
  await page.getByText('Perhaps not sent: The hub cannot be reached').waitFor()
  await loseOne(page, 'DELETE', /\/api\/session$/)
  await press(page, 'Sign out')
  await page.getByText('Perhaps still signed in: The hub cannot be reached').waitFor()
  await press(page, 'Sign out')
  await page.getByLabel('API token').waitFor()
})
