// From nothing to the first event: what an empty hub says, and the set-up view that ticks itself.
import type { Browser } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { webhookRequest } from '../../simulator/webhooks/batch.ts'
import { live, mailEvent, openPage, refuse, serveHub, withoutSetupFrames } from '../support/page/browser.ts'
import type { OpenPage, PageOptions, RunningHub } from '../support/page/browser.ts'
import { sharedBrowser } from '../support/page/launch.ts'
import { eventually } from '../support/eventually.ts'
import { clipboardText, isSeen } from '../support/page/in-page.js'

const WEBHOOK_URL = 'https://hub.example.com/mail/api/hook'

let browser: Browser
let hub: RunningHub
let opened: OpenPage | undefined

beforeAll(async () => void (browser = await sharedBrowser()))
beforeEach(async () => void (hub = await serveHub({ MANDRILL_WEBHOOK_URL: WEBHOOK_URL })))
afterEach(async () => {
  // What is nowhere is a 404, what is still unreadable a 409, what a test cuts off never arrives: any browser tells of these.
  const problems = opened?.problems.filter((problem) => !/404|409|ERR_FAILED|TypeError/.test(problem))
  await opened?.close()
  await hub.close()
  expect(problems).toEqual([])
})

const open = async (path?: string, before?: PageOptions['before']) => {
  opened = await openPage(browser, hub, { path, before, permissions: ['clipboard-read', 'clipboard-write'] })
  await live(opened.page)
  return opened.page
}

test('an empty hub names the exact URL to type in Mandrill', async () => {
  const page = await open()
  await page.getByRole('heading', { name: 'Waiting for the first event' }).waitFor()
  expect(await page.locator('.url code').innerText()).toBe(WEBHOOK_URL)
  await page.getByRole('button', { name: 'Copy the URL' }).click()
  await page.getByText('Copied').waitFor()
  expect(await page.evaluate(clipboardText)).toBe(WEBHOOK_URL)
})

test('the button for a sample comes with the URL, and so does not move', async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>()
  opened = await openPage(browser, hub, {
    before: async (page) => {
      await withoutSetupFrames(page)
      await page.route('**/api/setup', async (route) => (await told, route.continue()))
    },
  })
  const { page } = opened
  await page.getByRole('heading', { name: 'Waiting for the first event' }).waitFor()
  expect(await page.getByRole('button', { name: 'Send a sample' }).count()).toBe(0)
  tell()
  await page.getByRole('button', { name: 'Send a sample' }).waitFor()
  await page.locator('.url code').waitFor()
})

test('a sample is a mail with a whole life, and no connection', async () => {
  const page = await open()
  await page.getByRole('button', { name: 'Send a sample' }).click()
  const kinds = () => page.locator('.line .kind').allInnerTexts()
  await eventually(async () => (await kinds()).at(-1)).toBe('Sent')
  await page.locator('.line').last().click()
  const story = page.getByRole('list', { name: 'What happened to this mail' }).locator('strong')
  await eventually(() => story.allInnerTexts()).toEqual(['Sent', 'Delivered', 'Opened', 'Clicked'])
  await page.goto(`${hub.url}/dashboard/setup`)
  const done = () => page.locator('.checklist .done h2').allTextContents()
  await eventually(done).toEqual(['Set the webhook’s key: done'])
  await page.getByRole('button', { name: 'Send a sample' }).click()
  await page.getByRole('link', { name: 'watch it in Live' }).click()
  await page.mouse.move(0, 0) // a list below the pointer stands still
  await eventually(async () => (await kinds()).length).toBeGreaterThan(4)
})

test('what changes is pushed, not asked for', async () => {
  const page = await open('/dashboard/setup')
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  await page.route('**/api/setup', (route) => route.abort())
  await hub.post([mailEvent()])
  const done = () => page.locator('.checklist .done h2').allTextContents()
  await eventually(done).toContain('Receive the first event: done')
})

test('what the hub itself cannot reach is told in every view, although the socket is there', async () => {
  const message = 'The database cannot be reached'
  opened = await openPage(browser, hub, {
    path: '/dashboard/campaigns',
    before: async (page) => {
      await withoutSetupFrames(page)
      const body = JSON.stringify({ error: { code: 'archive.unavailable', message } })
      await page.route('**/api/setup', (route) => route.fulfill({ status: 409, body }))
    },
  })
  const { page } = opened
  await live(page)
  await page.locator('.problems', { hasText: message }).waitFor()
})

test('the checklist ticks itself', async () => {
  const page = await open('/dashboard/setup')
  const done = () => page.locator('.checklist .done h2').allTextContents()
  await eventually(done).toEqual(['Set the webhook’s key: done'])
  const probe = webhookRequest('[]', { key: 'test-webhook', webhookUrl: WEBHOOK_URL })
  await fetch(`${hub.url}/api/hook`, { method: 'POST', headers: probe.headers, body: probe.body })
  await eventually(done).toHaveLength(3)
  await hub.post([mailEvent()])
  await eventually(done).toHaveLength(4)
})

test('a refused webhook shows with its cause, in the strip too', async () => {
  await refuse(hub)
  const page = await open()
  await page.getByRole('link', { name: '1 refused webhook' }).click()
  await page.getByRole('heading', { name: 'Refused webhooks' }).waitFor()
  // Somebody has looked at it: the alarm is out, also after a reload, until the next one.
  await page.getByRole('button', { name: 'Mark as seen' }).click()
  await eventually(() => page.getByText('refused webhook').count()).toBe(0)
  await page.reload()
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  expect(await page.getByText('refused webhook').count()).toBe(0)
  await refuse(hub)
  await page.getByRole('link', { name: '1 refused webhook' }).waitFor()
  // One that is accepted ends them all.
  await hub.post([mailEvent()])
  await eventually(() => page.getByText('refused webhook').count()).toBe(0)
})

test('quarantine can be looked at, and read again', async () => {
  await hub.post('["<img src=x onerror=alert(1)>"]')
  const page = await open('/dashboard/setup')
  await page.getByRole('heading', { name: 'Quarantine' }).waitFor()
  await page.locator('.entries summary', { hasText: '"<img src=x onerror=alert(1)>"' }).click()
  expect(await page.getByLabel('What came').innerText()).toContain('<img src=x onerror=alert(1)>')
  const reason = 'Not an object with a word in “event” or “type”'
  await page.getByRole('button', { name: `Retry: ${reason}`, exact: true }).click()
  await page.getByRole('alert').waitFor()
  await page.getByRole('button', { name: `Discard: ${reason}`, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
  await page.getByRole('heading', { name: 'Quarantine' }).waitFor({ state: 'detached' })
})

test('a quarantine that is not answered keeps nothing else from being seen', async () => {
  await hub.post('["unseen"]')
  const page = await open('/dashboard/setup', (page) => page.route('**/api/quarantine?*', () => {}))
  await page.getByText('Loading the quarantine…').waitFor()
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
})

test('what comes into the quarantine while that is asked for is asked for, too, and at once', async () => {
  await hub.post('["one"]')
  const page = await open('/')
  await page.locator('.url code').waitFor()
  let asked = 0
  const given = page.getByText('The hub does not answer')
  const waited: number[] = []
  await page.route('**/api/quarantine?*', async (route) => {
    asked += 1
    if (asked === 1) return hub.post('["two"]')
    waited.push(await given.count())
    return route.continue()
  })
  await page.getByRole('link', { name: 'All set-up steps' }).click()
  await eventually(() => page.locator('.entries details').count()).toBe(2)
  expect(waited).toEqual([0])
})

test('a section that cannot be shown says so, and takes no other with it', async () => {
  const page = await open('/dashboard/setup', async (page) => {
    await withoutSetupFrames(page)
    await page.route('**/api/setup', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ json: { ...(await answer.json()), subaccounts: null } })
    })
  })
  const failed = page.getByRole('alert').filter({ hasText: 'The list of notes has failed' })
  await failed.getByText('The answer could not be read').waitFor()
  await failed.getByRole('button', { name: 'Try again' }).waitFor()
  await page.locator('.checklist').waitFor()
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(1)
})

test('a group of quarantine is read again as a whole, not only what is shown of it', async () => {
  for (let batch = 0; batch < 3; batch += 1)
    await hub.post(JSON.stringify(Array.from({ length: 50 }, (_, index) => `none ${batch} ${index}`)))
  const page = await open('/dashboard/setup')
  await page.getByText('100 entries or more').waitFor()
  await page.getByText(/^The newest 100 of 15\d\.$/).waitFor()
  await page.getByRole('button', { name: 'Show older' }).click()
  await eventually(() => page.locator('.entries details').count()).toBeGreaterThanOrEqual(150)
  await page.getByText(/15\d entries(?! or more)/).waitFor()
  await eventually(() => page.getByText(/The newest|or more/).count()).toBe(0)
  let tried = 0
  await page.route('**/replay', async (route) => {
    tried += 1
    // As if it could be read by now.
    const { pathname, origin } = new URL(route.request().url())
    const entry = `${origin}${pathname.replace('/replay', '')}`
    await page.request.delete(entry, { headers: { origin } })
    await route.fulfill({ json: { accepted: 1, duplicates: 0 } })
  })
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.getByRole('heading', { name: 'Quarantine' }).waitFor({ state: 'detached' })
  expect(tried).toBe(150)
  expect(await page.locator('#page > .unseen[role=status]').textContent()).toBe('Accepted')
})

test('what Mandrill says it has sent is compared with what came, in words', async () => {
  const page = await open('/dashboard/setup')
  const webhooks = [{ id: 1, url: WEBHOOK_URL, events_sent: 2, last_error: null }]
  let answer = { status: 200, json: {} }
  const counts = (verdict: string, sent: number, received: number, last_error: string | null = null) => ({
    status: 200,
    json: { verdict, sent, received, by_hand: 0, missing: sent - received, webhooks: webhooks.map((one) => ({ ...one, last_error })) }, // prettier-ignore
  })
  await page.route('**/api/reconcile', (route) => route.fulfill(answer))
  const ask = async (next: typeof answer) => {
    answer = next
    await page.getByRole('button', { name: 'Ask Mandrill' }).click()
  }
  const verdict = (text: string) => page.locator('.verdict', { hasText: text }).waitFor()
  await page.setViewportSize({ width: 1000, height: 400 })
  await ask(counts('complete', 1, 1))
  await eventually(() => page.locator('.entries').last().evaluate(isSeen)).toBe(true)
  await verdict('Complete: Mandrill has sent 1 event, and it has arrived')
  await ask(counts('complete', 5_494, 5_494))
  await verdict('Complete: Mandrill has sent 5,494 events, and all have arrived')
  await ask(counts('missing', 1_000_000_000, 999_999_999, '<b>timed out</b>'))
  await verdict('1 event missing: Mandrill has sent 1,000,000,000, and 999,999,999 of them arrived')
  await page.getByText('Last error: <b>timed out</b>').waitFor()
  await ask(counts('unknown', 0, 0))
  await verdict('Mandrill’s count cannot be compared')
  const failed = { error: { code: 'reconcile.failed', message: 'Mandrill does not answer' } }
  await ask({ status: 409, json: failed })
  await page.getByRole('alert').getByText('Mandrill does not answer').waitFor()
  // Nothing of what was known before stands beside it.
  expect(await page.locator('.verdict').allInnerTexts()).toEqual(['Mandrill does not answer'])
})

test('set-up says that mails go to files, that the stores work, and what reconciling needs', async () => {
  await hub.post([mailEvent()])
  const page = await open('/dashboard/setup')
  await page.getByText('Mails go to the outbox').waitFor()
  await page.getByText('every event so far').waitFor()
  // A little is not nothing.
  await page.getByText(/ at most \(<\s0\.1\s%\)/).waitFor()
  await eventually(() => page.locator('.working').allInnerTexts()).toEqual(['works', 'works', 'works'])
  await page.getByRole('button', { name: 'Ask Mandrill' }).click()
  await page.getByRole('alert').locator('code', { hasText: 'MANDRILL_API_KEY' }).waitFor()
})

test('an address that is no view says so', async () => {
  const page = await open('/dashboard/nothing')
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
  await page.getByRole('link', { name: 'Go to the live events' }).click()
  await page.getByRole('heading', { name: 'Waiting for the first event' }).waitFor()
})
