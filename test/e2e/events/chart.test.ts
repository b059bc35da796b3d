// The chart of Live: filtered like the list, counted on as events come, and what is chosen in it is what the list shows.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent, mailEvents, subjects, tryAgain } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { ignoreHubTime } from '../../support/page/in-page.js'
import { usePageLab } from '../../support/page/page-lab.ts'

const lab = usePageLab((hub) =>
  hub.post([
    ...mailEvents(3, (index) => ({ subject: `Sent ${index}`, tags: ['spring', 'first'] })),
    ...mailEvents(2, (index) => ({ event: 'open', subject: `Opened ${index}`, tags: ['first'] })),
  ]),
)

async function withPage(
  path: string,
  look: (page: Page) => Promise<void>,
  before?: (page: Page) => Promise<unknown>,
): Promise<void> {
  const { page, problems, close } = await lab.open({ path, before })
  await live(page)
  await look(page)
  // Chromium tells of answers that are errors, too.
  expect(problems.filter((problem) => !/status of (400|503)/.test(problem))).toEqual([])
  await close()
}

const told = async (page: Page) =>
  (await page.getByRole('img', { name: /^Events/ }).getAttribute('aria-label')) ?? ''
const plot = (page: Page) => page.getByRole('slider', { name: 'Time' })
const search = (page: Page) => new URL(page.url()).searchParams

test('a young hub shows five minutes; it is filtered like the list, and counts on', () =>
  withPage('/?tag=first', async (page) => {
    await eventually(() => told(page)).toMatch(/in the last 5 minutes: \d+ events, .*2 opened/)
    await page.getByRole('button', { name: 'Opened', exact: true }).click()
    await eventually(() => told(page)).toContain('in the last 5 minutes: 2 events, 2 opened')
    await page.goto(`${lab.hub.url}/?tag=spring`)
    await eventually(() => told(page)).toContain('3 events, 3 sent')
    await lab.hub.post([mailEvent({ tags: ['spring'], event: 'click' }), mailEvent()])
    await eventually(() => told(page)).toContain('4 events, 3 sent, 1 clicked')
  }))

test('how much time it shows is chosen, and stays in the address; back leads back', () =>
  withPage('/', async (page) => {
    for (const [button, name] of [
      ['1 h', 'hour'],
      ['24 h', '24 hours'],
      ['30 d', '30 days'],
    ] as const) {
      await page.getByRole('button', { name: button, exact: true }).click()
      await eventually(() => told(page)).toMatch(new RegExp(`^Events in the last ${name}: [1-9]`))
    }
    expect(search(page).get('span')).toBe('30d')
    await page.reload()
    await eventually(() => told(page)).toContain('30 days')
    await page.goBack()
    await eventually(() => told(page)).toContain('24 hours')
  }))

test('dragging over a time narrows the list to it; earlier, later and "Remove" go on from there', () =>
  withPage('/?span=1h', async (page) => {
    await eventually(() => told(page)).toMatch(/last hour: [1-9]/)
    const box = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await page.mouse.move(box.x + box.width * 0.2, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 3 })
    await page.mouse.up()
    await page.getByRole('heading', { name: 'No event matches this filter' }).waitFor()
    const [since, until] = ['since', 'until'].map((name) => Date.parse(search(page).get(name) ?? ''))
    // A minute may begin while the mouse is on its way.
    expect([18, 19, 20]).toContain((Number(until) - Number(since)) / 60_000)
    await page.getByRole('button', { name: /^Remove Time/ }).click()
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(4)
    await page.getByRole('button', { name: 'Earlier' }).click()
    await page.getByRole('heading', { name: 'No event matches this filter' }).waitFor()
    await page.getByRole('button', { name: 'Later', exact: true }).click()
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(4)
    expect([search(page).get('since'), search(page).get('until')]).toEqual([null, null])
  }))

test('with the keys alone: arrows look, Shift takes more, Enter chooses, and what comes up to now is in it', () =>
  withPage('/?span=24h', async (page) => {
    await lab.hub.post([mailEvent()]) // in the chart's last step, whatever the hour was when the others came
    await eventually(() => told(page)).toMatch(/24 hours: [1-9]/)
    await plot(page).focus()
    await page.keyboard.press('ArrowLeft')
    await eventually(() => plot(page).getAttribute('aria-valuetext')).toMatch(/: [1-9]\d* events?/)
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Enter')
    await eventually(async () => search(page).get('since')).not.toBe(null)
    expect(search(page).get('until')).toBe(null)
    await lab.hub.post([mailEvent({ subject: 'It goes on' })])
    await eventually(async () => (await subjects(page))[0]).toBe('It goes on')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No event matches this filter' }).waitFor()
    await lab.hub.post([mailEvent({ subject: 'Not here' })])
    await page.getByRole('button', { name: 'Show all events' }).click()
    await eventually(async () => (await subjects(page))[0]).toBe('Not here')
  }))

test('t goes to any time; what is no time is said to be none', () =>
  withPage('/', async (page) => {
    await page.keyboard.press('t')
    await page.keyboard.type('half past')
    await page.keyboard.press('Enter')
    await page.getByText('Enter a past time: 14:02').waitFor()
    await page.getByLabel('Go to a time or a date').fill('24 Dec 2025')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No event matches this filter' }).waitFor()
    expect(Date.parse(search(page).get('until') ?? '')).toBe(new Date(2025, 11, 25).getTime())
    await eventually(() => told(page)).toMatch(/^Events 24 Dec.* 0 events$/)
    await page.goBack()
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(4)
  }))

test('counts that cannot be had are said to be missing, and come by themselves', () =>
  withPage('/', async (page) => {
    await page.route('**/api/stats*', (route) =>
      route.fulfill({ status: 503, json: { error: { code: 'x', message: 'The archive is away' } } }),
    )
    await page.getByRole('button', { name: '1 h', exact: true }).click()
    await page.getByText('Could not load the counts: The archive is away').waitFor()
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(4)
    await page.unroute('**/api/stats*')
    await tryAgain(page)
    await eventually(() => told(page)).toMatch(/last hour: [1-9]/)
  }))

const tooMany = async (page: Page) => {
  await page.clock.install()
  await page.addInitScript(ignoreHubTime)
  await page.route('**/api/stats?*step=5', (route) =>
    route.fulfill({ status: 400, json: { error: { code: 'stats.too_many', message: 'Too many events' } } }),
  )
}

test('more events than the hub counts in short steps are shown by the minute, until there are fewer', () =>
  withPage(
    '/?span=5m',
    async (page) => {
      const top = page.locator('.plot .top')
      await top.getByText('a minute').waitFor()
      await eventually(() => told(page)).toMatch(/in the last 5 minutes: [1-9]/)
      expect(await page.getByText('Too many events').count()).toBe(0)
      await page.unroute('**/api/stats?*step=5')
      await page.clock.fastForward(61_000)
      await top.getByText('in 5 s').waitFor()
    },
    tooMany,
  ))

test('where the hub keeps no counts by the minute, it is said that these are too many', () =>
  withPage(
    '/?span=5m&tag=first',
    (page) => page.getByText('Could not load the counts: Too many events').waitFor(),
    tooMany,
  ))
