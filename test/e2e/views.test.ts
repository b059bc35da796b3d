// Every view at every width, light and dark: an accessibility checker finds nothing, nothing is wider than its window, and nothing
// moves from its place while the view arrives.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { createLinks } from '../../src/core/campaigns/mail/links.ts'
import { axeFaults } from '../support/page/axe.ts'
import { live, mailEvent, refuse } from '../support/page/browser.ts'
import { eventually, until } from '../support/eventually.ts'
import {
  cutWords,
  faintSigns,
  gluedWords,
  groundOf,
  ignoreHubTime,
  isWhole,
  layoutShifts,
  looksOf,
  outlineOf,
  overflow,
  watchLayoutShifts,
} from '../support/page/in-page.js'
import { SECRET, usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
  { width: 320, height: 256 },
]
/** Between two of them: what fits there is looked at, and no more. */
const TABLET = { width: 768, height: 1024 }
const KINDS = [
  'send',
  'deferral',
  'hard_bounce',
  'soft_bounce',
  'delivered',
  'open',
  'click',
  'spam',
  'unsub',
]
const ANN = 'ann@example.org'

/** Longer than a phone is wide. */
const LONG = 'somebody.with.quite.a.name@correspondence.example.org'
const DAY_MS = 86_400_000

const ids = { sent: '', draft: '' }
const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  await people.import(
    `email,name\n${ANN},Ann Gardener\n${Array.from({ length: 60 }, (_, n) => `r${n}@example.com,`).join('\n')}`,
  )
  await people.suppress('r1@example.com', 'complaint')
  await people.suppress(LONG, 'manual')
  const campaign = async (more: object) => (await people.call<{ id: string }>('POST', '/campaigns', more)).id
  const content = '<p>Hello {{name|friend}}</p>'
  ids.sent = await campaign({ subject: 'News in May', content, start: true })
  ids.draft = await campaign({ subject: 'News in June', content })
  const later = new Date(Date.now() + 2 * DAY_MS).toISOString()
  await campaign({ subject: 'News in July', content, send_at: later })
  // One that ends while it is looked at moves what stands beside its state.
  const sent = () => people.call<{ status: string }>('GET', `/campaigns/${ids.sent}`)
  await until(async () => expect((await sent()).status).toBe('finished'))
  await hub.post(
    KINDS.map((event) => mailEvent({ event, id: 'm1', email: ANN, subject: 'News in May', tags: ['may'] })),
  )
  // The alarms are on.
  await hub.post('["not an event"]')
  await refuse(hub)
})

type View = readonly [path: string, ready: string, arrange?: (page: Page) => Promise<unknown>]
const press = (name: string) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click()

const VIEWS: Readonly<Record<string, () => View>> = {
  live: () => ['/', '.line'],
  'live, where nothing matches': () => ['/?email=nobody@example.com', 'h2'],
  inspector: () => ['/dashboard/messages/m1', '.timeline li'],
  help: () => ['/', '.line', (page) => page.keyboard.press('?').then(() => page.locator('dialog').waitFor())],
  campaigns: () => ['/dashboard/campaigns', '.line'],
  campaign: () => [`/dashboard/campaigns/${ids.sent}`, '.funnel li'],
  deliveries: () => [`/dashboard/campaigns/${ids.sent}/deliveries`, '.line'],
  'new campaign': () => ['/dashboard/campaigns/new', 'textarea'],
  compose: () => [`/dashboard/campaigns/${ids.draft}`, 'iframe'],
  'a question': () => [`/dashboard/campaigns/${ids.draft}`, 'iframe', press('Send…')],
  subscribers: () => ['/dashboard/subscribers', '.line'],
  subscriber: () => [`/dashboard/subscribers/${ANN}`, '.history li'],
  import: () => ['/dashboard/subscribers/import', 'input[type=file]'],
  suppressions: () => ['/dashboard/subscribers/suppressions', '.line'],
  'a question about a long address': () => [
    `/dashboard/subscribers/suppressions?q=${LONG.slice(0, 8)}`,
    '.line',
    (page) =>
      page
        .locator('.line')
        .click()
        .then(() => page.locator('dialog a').waitFor()),
  ],
  'set-up': () => ['/dashboard/setup', '.facts'],
  'not there': () => ['/dashboard/campaigns/01900000-0000-7000-8000-00000000dead', 'h1'],
}

/** At each width, light and dark. */
async function look(page: Page, path: string, ready: string, arrange?: View[2]): Promise<string[]> {
  const found: string[] = []
  for (const size of [...WIDTHS, TABLET]) {
    const at = (faults: readonly string[], where = '') =>
      found.push(...faults.map((fault) => `${size.width}${where}: ${fault}`))
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(size)
    await page.goto(path)
    await page.locator(ready).first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    at(await page.evaluate(layoutShifts), ' moves')
    await arrange?.(page)
    if (await page.evaluate(overflow)) at(['wider than its window'])
    at(await page.evaluate(cutWords), ' cut')
    if (size === TABLET) continue
    at(await page.evaluate(gluedWords), ' without a blank')
    at(await axeFaults(page))
    at(await page.evaluate(faintSigns), ' faint')
    await page.emulateMedia({ colorScheme: 'dark' })
    at(await axeFaults(page, ['color-contrast']), ' dark')
    at(await page.evaluate(faintSigns), ' faint, dark')
  }
  return found
}

/** The chart goes along with the clock, which stands still here: nothing else may move. */
async function before(page: Page): Promise<void> {
  await page.clock.setFixedTime(new Date())
  await page.addInitScript(ignoreHubTime)
  await page.addInitScript(watchLayoutShifts)
}

describe('signed in', () => {
  test.each(Object.entries(VIEWS))('%s', async (_, view) => {
    const { page } = await lab.open({ path: '/healthz', reducedMotion: 'reduce', before })
    const [path, ready, arrange] = view()
    expect(await look(page, lab.hub.url + path, ready, arrange)).toEqual([])
  })
})

test('on paper there is the whole view; where colours are forced, bars keep theirs, and lines tell where one is', async () => {
  const { page, close } = await lab.open({ path: `/dashboard/campaigns/${ids.sent}` })
  await page.locator('.funnel li').first().waitFor()
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.rail').isVisible()).toBe(false)
  expect(await page.locator('main').evaluate(isWhole)).toBe(true)
  await page.emulateMedia({ media: 'screen', forcedColors: 'active' })
  const [bar, ground] = ['.mails-bar .sent', '.mails-bar'].map((part) => page.locator(part))
  expect(await bar?.evaluate(groundOf)).not.toBe(await ground?.evaluate(groundOf))
  const here = page.locator('[aria-current=page]')
  expect(await here.count()).toBe(2)
  for (const link of await here.all()) expect(await link.evaluate(outlineOf)).toBe('solid')
  await close()
})

test.each(['/', '/dashboard/subscribers'])('on paper there is a page of the list: %s', async (path) => {
  const { page, close } = await lab.open({ path })
  await page.locator('.line').nth(8).waitFor()
  await page.emulateMedia({ media: 'print' })
  const line = page.locator('.line').nth(8)
  await eventually(async () => (await line.boundingBox())?.y ?? 0).toBeGreaterThan(0)
  const [list, last] = [await page.locator('.scroller').boundingBox(), await line.boundingBox()]
  expect(list?.height).toBeGreaterThan(600)
  expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThan((list?.y ?? 0) + (list?.height ?? 0))
  await close()
})

test('type, ground, rail and lines have the measures that all views share', async () => {
  const { page, close } = await lab.open({ colorScheme: 'light' })
  await page.locator('.line').first().waitFor()
  const shared = { type: '14px/20px', numerals: 'tabular-nums', rail: 200, line: 36 }
  expect(await page.evaluate(looksOf)).toEqual({ ...shared, ground: 'rgb(251, 250, 248)' })
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await page.evaluate(looksOf)).toEqual({ ...shared, ground: 'rgb(20, 22, 26)' })
  await close()
})

test('signed out', async () => {
  const { page, close } = await lab.open({ signedIn: false, before })
  for (const path of ['/', '/dashboard/setup'])
    expect(await look(page, lab.hub.url + path, 'form')).toEqual([])
  await close()
})

test('what comes in moves nothing', async () => {
  const { page, close } = await lab.open({ before })
  await live(page)
  for (const batch of [1, 2, 3]) {
    await lab.hub.post(KINDS.map((event) => mailEvent({ event, subject: `Batch ${batch}` })))
    await page
      .locator('.line', { hasText: `Batch ${batch}` })
      .first()
      .waitFor()
  }
  expect(await page.evaluate(layoutShifts)).toEqual([])
  await close()
})

test('pages that subscribers and strangers see', async () => {
  const { page, close } = await lab.open({ signedIn: false, before })
  const { id: subscriberId } = await peopleOf(lab.hub).subscribe('leaves@example.org')
  const link = createLinks(SECRET, lab.hub.url).unsubscribeUrl({ subscriberId })
  for (const path of [link, `${lab.hub.url}/confirm/nothing`, `${lab.hub.url}/nothing`])
    expect(await look(page, path, 'h1')).toEqual([])
  await page.goto(link)
  await page.getByRole('button').click()
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
  expect(await axeFaults(page)).toEqual([])
  await close()
})
