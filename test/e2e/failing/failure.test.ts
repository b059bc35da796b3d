// What the page says when something does not work, and that it goes on by itself when it does again.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  live,
  mailEvent,
  mailEvents,
  subjects,
  tryAgain,
  withoutSetupFrames,
} from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { rateWhenLost } from '../../support/page/in-page.js'
import { useProgramLab } from '../../support/page/page-lab.ts'

const lab = useProgramLab((hub) => hub.post(mailEvents(250, (index) => ({ subject: `Mail ${index}` }))))

/** Answers of one address, as the test says: a status, never, or as they are. */
function tap(match: string | RegExp) {
  let how: number | 'hang' | 'pass' | 'cut' = 'pass'
  return {
    set: (next: typeof how) => void (how = next),
    before: (page: Page) =>
      page.route(match, (route) => {
        if (how === 'hang') return undefined
        if (how === 'cut') return route.abort()
        if (how === 'pass') return route.continue()
        const error = { code: 'test', message: `The hub says ${how}` }
        return route.fulfill({ status: how, json: { error } })
      }),
  }
}

test('counts that cannot be had are no zeros: the rate is not known, and comes back', async () => {
  const stats = tap('**/api/stats*')
  stats.set(500)
  const { page, close } = await lab.open({ before: stats.before })
  await live(page)
  await page.getByText('Could not load the counts').waitFor()
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^–/)
  await eventually(() => page.locator('.line').count()).toBeGreaterThan(5)
  stats.set('pass')
  await tryAgain(page.locator('.chart'))
  await page.getByRole('img', { name: /25\d events/ }).waitFor()
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^\d/)
  await close()
})

test('a slow hub is waited for with a word, one that hangs is given up and asked again', async () => {
  const session = tap('**/api/session')
  session.set('hang')
  const { page, close } = await lab.open({ before: session.before })
  await page.getByText('Loading this page…').waitFor()
  await page.getByText('The hub does not answer').waitFor()
  session.set('pass')
  await tryAgain(page)
  await live(page)
  await close()
})

test('a list that cannot be had says why, and comes by itself', async () => {
  const events = tap(/\/api\/events/)
  events.set('hang')
  const { page, close } = await lab.open({ before: events.before })
  // What happens is told all the same.
  await live(page)
  const problems = page.locator('.strip .problems .wide')
  await problems.getByText('The hub does not answer').waitFor()
  await page.getByText('Older ones cannot be loaded right now: The hub does not answer').waitFor()
  events.set(503)
  // It answers, and cannot give what it was asked for: so much is known, and is said.
  await problems.getByText('The hub says 503').waitFor()
  await eventually(() => page.title()).toBe('The hub says 503 · Live · Mail Event Hub')
  await lab.hub.post([mailEvent({ subject: 'Meanwhile' })])
  events.set('pass')
  await eventually(async () => (await subjects(page))[0]).toBe('Meanwhile')
  await eventually(() => subjects(page)).toContain('Mail 249')
  await problems.waitFor({ state: 'detached' })
  await close()
})

test('an older page that fails does not end the list: it says so, and goes on', async () => {
  const older = tap(/\/api\/events\?.*before/)
  const { page, close } = await lab.open({ before: older.before })
  await eventually(() => page.locator('.line').count()).toBeGreaterThan(5)
  older.set(500)
  await page.locator('.scroller').evaluate((list) => list.scrollTo(0, 1e6))
  await page.getByText('Could not load the rest: The hub says 500').waitFor()
  older.set('pass')
  await tryAgain(page.getByRole('alert'))
  await eventually(() => page.locator('.all').evaluate((all) => all.clientHeight)).toBeGreaterThanOrEqual(
    250 * 36,
  )
  await page.getByText('could not be read').waitFor({ state: 'detached' })
  await close()
})

test('a story that cannot be had is not told as if it were one step', async () => {
  const message = tap('**/api/messages/*')
  message.set(500)
  const { page, close } = await lab.open({ before: message.before })
  await live(page)
  await page.locator('.line').first().click()
  const inspector = page.getByRole('complementary')
  await inspector.getByText('Could not load the timeline').waitFor()
  message.set('pass')
  await tryAgain(inspector)
  await eventually(() => inspector.getByText('No answer').count()).toBe(0)
  await close()
})

test('a view that cannot be loaded says so, and is there when it can', async () => {
  const setup = tap(/\/setup[^/]*\.js/)
  setup.set('cut')
  const { page, close } = await lab.open({ before: setup.before })
  await live(page)
  await page.getByRole('link', { name: 'Set-up', exact: true }).click()
  await page.getByText('Could not load this view').waitFor()
  setup.set('pass')
  await page.getByRole('heading', { name: 'Set-up', level: 1 }).waitFor()
  await close()
})

test('a view whose files never come says so', async () => {
  const setup = tap(/\/setup[^/]*\.js/)
  setup.set('hang')
  const { page, close } = await lab.open({ before: setup.before })
  await live(page)
  await page.getByRole('link', { name: 'Set-up', exact: true }).click()
  await page.getByText('Could not load this view: The hub does not answer').waitFor()
  setup.set('pass')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Set-up', level: 1 }).waitFor()
  await close()
})

test('set-up says what it cannot know, and what was true when', async () => {
  const setup = tap('**/api/setup')
  setup.set(503)
  const { page, close } = await lab.open({
    path: '/dashboard/setup',
    before: async (opened) => {
      await withoutSetupFrames(opened)
      await setup.before(opened)
    },
  })
  await page.getByText('Could not load the set-up').waitFor()
  // How the stores do is known all the same.
  await eventually(() => page.locator('.working').allInnerTexts()).toEqual(['works', 'works'])
  setup.set('pass')
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  setup.set(500)
  await page.getByText(/^As of \d\d:\d\d:\d\d: The hub says 500/).waitFor()
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  await close()
})

test('signing out that did not work is no signing out', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await page.route('**/api/session', (route) => route.fulfill({ status: 500, json: {} }))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('alert').getByText('Still signed in: The hub answered 500').waitFor()
  await close()
})

test('where no WebSocket comes through the hub is asked, and the page says so', async () => {
  const { page, close } = await lab.open({
    before: (opened) => opened.routeWebSocket(/\/ws\/email/, (socket) => socket.close({ code: 1006 })),
  })
  const state = page.locator('.state strong', {
    hasText: 'Your proxy does not pass WebSockets: asking every 5 s instead',
  })
  await state.waitFor()
  // Every word of it, on a tablet and a phone, too.
  for (const width of [768, 390, 320]) {
    await page.setViewportSize({ width, height: 800 })
    expect([width, await state.evaluate((words) => words.scrollHeight - words.clientHeight)]).toEqual([
      width,
      0,
    ])
  }
  await lab.hub.post([mailEvent({ subject: 'Fetched' })])
  await eventually(async () => (await subjects(page))[0]).toBe('Fetched')
  await close()
})

test('a hub that is frozen keeps its socket, and is not said to be live', async () => {
  const api = tap('**/api/**')
  const { page, close } = await lab.open({
    before: async (opened) => {
      await withoutSetupFrames(opened)
      await api.before(opened)
    },
  })
  await live(page)
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^\d/)
  api.set('hang')
  await page.locator('.state', { hasText: 'The hub does not answer' }).waitFor()
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^–/)
  await eventually(() => page.locator('.strip .last').innerText()).toMatch(/–$/)
  api.set('pass')
  await live(page)
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^\d/)
  await close()
})

test('with the hub gone nothing goes on as if it were measured; all of it comes back', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^\d/)
  await page.getByRole('img', { name: /\d events/ }).waitFor() // the chart asks for itself
  await lab.hub.kill()
  // From the first moment on.
  const rate = await page.waitForFunction(rateWhenLost)
  expect(await rate.jsonValue()).toMatch(/^–/)
  await eventually(() => page.locator('.strip .last').innerText()).toMatch(/–$/)
  await page.locator('.plot').getByText('not known').waitFor()
  await eventually(() => page.title()).toBe('No connection · Live · Mail Event Hub')
  await page.getByRole('link', { name: 'Set-up', exact: true }).click()
  await page.getByText('Could not load this view').waitFor()
  await lab.hub.start()
  await live(page)
  await page.getByRole('heading', { name: 'The hub', exact: true }).waitFor()
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^\d/)
  await close()
})
