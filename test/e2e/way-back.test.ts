// Back and forward: each view is found as one left it, with its filter, and at the place that one had come to.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvents, TOKEN } from '../support/page/browser.ts'
import { eventually, until } from '../support/eventually.ts'
import { followLink, scrollDown } from '../support/page/in-page.js'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

let campaign = ''
const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  const rows = Array.from({ length: 450 }, (_, n) => `reader${n}@example.com,Reader ${n}`)
  await people.import(`email,name\n${rows.join('\n')}`)
  const made = { subject: 'News', content: '<p>News</p>', start: true }
  campaign = (await people.call<{ id: string }>('POST', '/campaigns', made)).id
  const sent = () => people.call<{ status: string }>('GET', `/campaigns/${campaign}`)
  await until(async () => expect((await sent()).status).toBe('finished'))
  for (let n = 0; n < 190; n += 1)
    await people.call('POST', '/campaigns', { subject: `Draft ${n}`, content: 'x' })
  await hub.post(mailEvents(450, (index) => ({ subject: `Mail ${index}` })))
})

const LISTS = [
  ['the events', () => '/?events=sent'],
  ['the deliveries', () => `/dashboard/campaigns/${campaign}/deliveries?status=sent`],
  ['the subscribers', () => '/dashboard/subscribers?q=reader'],
  ['the campaigns', () => '/dashboard/campaigns'],
] as const

/** Where the list is scrolled to, and the first line that is wholly in sight. */
const scrolled = (page: Page) => page.locator('.scroller').evaluate((list) => Math.round(list.scrollTop))
const PLACE = 36 * 150

test.each(LISTS)('%s: the way back leads to the same place, a link to the beginning', async (_, path) => {
  const { page, close } = await lab.open({ path: path() })
  await live(page)
  await page.locator('.line').nth(5).waitFor()
  await page.mouse.move(0, 0)
  // Where pages are short, there is further to go once the next one has come.
  await eventually(async () => {
    await page
      .locator('.scroller')
      .evaluate((list, top) => list.scrollTo({ top, behavior: 'instant' }), PLACE)
    return scrolled(page)
  }).toBe(PLACE)
  const row = await page.locator('.line[data-place="150"]').innerText()
  await page.evaluate(followLink, '/dashboard/setup')
  await page.locator('.checklist').waitFor()
  await page.goBack()
  await eventually(() => scrolled(page)).toBe(PLACE)
  const words = (text: string) => text.split('\n').slice(0, 2)
  await eventually(async () => words(await page.locator('.line[data-place="150"]').innerText())).toEqual(
    words(row),
  )
  expect(page.url()).toBe(lab.hub.url + path())

  await page.evaluate(followLink, '/dashboard/setup')
  await page.locator('.checklist').waitFor()
  await page.evaluate(followLink, path())
  await page.locator('.line[data-place="0"]').waitFor()
  expect(await scrolled(page)).toBe(0)
  await close()
})

test('a view that is longer than its window, too, and forward again', async () => {
  const { page, close } = await lab.open({ path: '/dashboard/setup', viewport: { width: 800, height: 400 } })
  const top = () => page.locator('#view').evaluate((view) => Math.round(view.scrollTop))
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  await page.locator('#view').evaluate(scrollDown, 300)
  await eventually(top).toBe(300)
  await page.evaluate(followLink, `/dashboard/campaigns/${campaign}`)
  await page.locator('.funnel li').first().waitFor()
  await eventually(top).toBe(0)
  await page.locator('#view').evaluate(scrollDown, 200)
  await eventually(top).toBe(200)
  await page.goBack()
  await eventually(top).toBe(300)
  await page.goForward()
  await eventually(top).toBe(200)
  await close()
})

test.each([
  ['/?events=sent&span=1h', '.line'],
  ['/dashboard/subscribers?q=ann&mailable=true', 'h1'],
  ['/dashboard/campaigns/new', 'textarea'],
  ['/dashboard/setup', '.checklist'],
])('whoever follows a link signed out is there when signed in: %s', async (path, ready) => {
  const { page, close } = await lab.open({ signedIn: false, path })
  await page.getByLabel('API token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await page.locator(ready).first().waitFor()
  expect(page.url()).toBe(lab.hub.url + path)
  await close()
})
