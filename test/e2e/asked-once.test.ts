// When a view opens, each address is asked once: opened by its address, or gone to from another view.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { live, mailEvent } from '../support/page/browser.ts'
import { eventually, until } from '../support/eventually.ts'
import { followLink } from '../support/page/in-page.js'
import { startMailSink, type MailSink } from '../support/servers/mail-sink.ts'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

const ANN = 'ann@example.org'
const CONTENT = '<p><a href="https://garden.example/">News</a></p>'
const ids = { sent: '', draft: '' }
let sink: MailSink
beforeAll(async () => {
  sink = await startMailSink({
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('full')
        ? done(Object.assign(new Error('5.2.2 over quota'), { responseCode: 552 }))
        : done(),
  })
})
afterAll(() => sink.close())

const lab = usePageLab(
  async (hub) => {
    const people = peopleOf(hub)
    await people.import(`email\n${ANN}\nfull@example.org`)
    await people.suppress('angry@example.org', 'complaint')
    const campaign = { subject: 'News', content: CONTENT, start: true }
    ids.sent = (await people.call<{ id: string }>('POST', '/campaigns', campaign)).id
    const sent = () => people.call<{ status: string }>('GET', `/campaigns/${ids.sent}`)
    await until(async () => expect((await sent()).status).toBe('finished'))
    const draft = { subject: 'A draft', content: CONTENT }
    ids.draft = (await people.call<{ id: string }>('POST', '/campaigns', draft)).id
    const mail = { id: 'm1', email: ANN, subject: 'News', tags: ['may'], campaign: ids.sent }
    await hub.post([mailEvent(mail), mailEvent({ ...mail, event: 'click' })])
    await hub.post('["not an event"]')
  },
  () => ({ SMTP_URL: sink.url }),
)

const VIEWS: readonly (readonly [name: string, path: () => string, ready: string])[] = [
  ['live', () => '/', '.line'],
  ['live, filtered', () => `/?events=clicked&campaign=${ids.sent}`, '.line'],
  ['a message', () => `/dashboard/messages/m1?campaign=${ids.sent}`, '.timeline li'],
  ['campaigns', () => '/dashboard/campaigns', '.line'],
  ['a campaign', () => `/dashboard/campaigns/${ids.sent}`, '.failures li'],
  ['deliveries', () => `/dashboard/campaigns/${ids.sent}/deliveries?status=failed`, '.line'],
  ['a draft', () => `/dashboard/campaigns/${ids.draft}`, 'iframe'],
  ['subscribers', () => '/dashboard/subscribers?q=ann', '.line'],
  ['a subscriber', () => `/dashboard/subscribers/${ANN}`, '.history li'],
  ['suppressions', () => '/dashboard/subscribers/suppressions', '.line'],
  ['import', () => '/dashboard/subscribers/import', 'input[type=file]'],
  ['set-up', () => '/dashboard/setup', '.entries details'],
]

/** What is asked of the hub from now on, and how much of it is under way. */
function watch(page: Page) {
  const asked: string[] = []
  const underWay = new Set<unknown>()
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) return
    if (/^\/(assets|page)\/|\.(js|css|svg|ico)$/.test(pathname)) return
    underWay.add(request)
    // A mail as data, and in a frame of its own, are two answers; so are counts of two steps of time.
    asked.push(`${request.resourceType()} ${pathname}${search.replace(/since=[^&]*/, 'since')}`)
  })
  page.on('requestfinished', (request) => void underWay.delete(request))
  page.on('requestfailed', (request) => void underWay.delete(request))
  return { asked, underWay }
}

const HERE_MS = 4_000
const STEP_MS = 100

/** Time passes in the page only while nothing is asked for: how long the hub takes changes nothing. */
async function settle(page: Page, { underWay }: ReturnType<typeof watch>): Promise<void> {
  for (let passed = 0; passed < HERE_MS; passed += STEP_MS) {
    await eventually(() => underWay.size).toBe(0)
    await page.clock.runFor(STEP_MS)
  }
}

const repeated = (asked: readonly string[]) => [
  ...new Set(asked.filter((address, index) => asked.indexOf(address) !== index)),
]

test.each(VIEWS)('%s', async (_, path, ready) => {
  let watched: ReturnType<typeof watch> | undefined
  const { page } = await lab.open({
    path: path(),
    before: async (page) => {
      watched = watch(page)
      await page.clock.install()
      await page.clock.pauseAt(Date.now() + 1_000)
    },
  })
  if (!watched) throw new Error('nothing is watched')
  await settle(page, watched)
  await live(page)
  await settle(page, watched)
  await page.locator(ready).first().waitFor()
  expect(repeated(watched.asked)).toEqual([])

  await page.evaluate(followLink, path().startsWith('/dashboard/set') ? '/' : '/dashboard/setup')
  await settle(page, watched)
  watched.asked.length = 0
  await page.evaluate(followLink, path())
  await settle(page, watched)
  await page.locator(ready).first().waitFor()
  expect(repeated(watched.asked)).toEqual([])
})
