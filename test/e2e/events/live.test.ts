// The live list in a real browser: what comes shows, the filter is the server's, and event data is only ever text.
import type { Browser } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { live, mailEvent, mailEvents, openPage, serveHub, subjects } from '../../support/page/browser.ts'
import type { OpenPage, RunningHub } from '../../support/page/browser.ts'
import { sharedBrowser } from '../../support/page/launch.ts'
import { eventually } from '../../support/eventually.ts'
import { fullTime } from '../../../public/page/ground/words.js'
import { pressEndThenHome } from '../../support/page/in-page.js'

let browser: Browser
let hub: RunningHub
const pages: OpenPage[] = []

const open = async (path?: string) => {
  const opened = await openPage(browser, hub, { path })
  pages.push(opened)
  await live(opened.page)
  return opened.page
}

beforeAll(async () => void (browser = await sharedBrowser()))
beforeEach(async () => void (hub = await serveHub()))
afterEach(async () => {
  const problems = pages.flatMap((opened) => opened.problems)
  await Promise.all(pages.splice(0).map((opened) => opened.close()))
  await hub.close()
  expect(problems).toEqual([])
})

test('an event shows up while one looks, above the earlier ones', async () => {
  await hub.post([mailEvent({ subject: 'Earlier' })])
  const page = await open()
  await eventually(() => subjects(page)).toEqual(['Earlier'])
  await hub.post([mailEvent({ event: 'hard_bounce', email: 'ada@example.com', subject: 'Live' })])
  await eventually(() => subjects(page)).toEqual(['Live', 'Earlier'])
  const line = page.locator('.line').first()
  expect(await line.locator('.kind').innerText()).toBe('Bounced')
  expect(await line.locator('.email').innerText()).toBe('ada@example.com')
  // A click says its link, however long the subject is.
  const url = 'https://garden.example/roses'
  await hub.post([mailEvent({ event: 'click', subject: 'Long '.repeat(99), more: { url } })])
  const why = page.locator('.line .why')
  await eventually(() => why.innerText()).toBe('garden.example/roses')
  expect(await why.evaluate((link) => link.scrollWidth - link.clientWidth)).toBe(0)
})

test('an event that comes late is as old as its place in the list, and says when it happened', async () => {
  const happened = Math.floor(Date.now() / 1000) - 3 * 86_400
  await hub.post([mailEvent({ subject: 'Late', more: { ts: happened } })])
  await hub.post([mailEvent({ subject: 'In time' })])
  const page = await open()
  await eventually(() => subjects(page)).toEqual(['In time', 'Late'])
  const age = page.locator('.line', { hasText: 'Late' }).locator('time')
  expect(await age.innerText()).toMatch(/^now$|s$|min$/)
  expect(await age.getAttribute('title')).toContain(`Happened ${fullTime(happened * 1000)}, received `)
})

test('switching a kind on asks the server for it, and the address keeps it over a reload', async () => {
  await hub.post([mailEvent({ subject: 'A send' }), mailEvent({ event: 'click', subject: 'A click' })])
  const page = await open()
  const sent: string[] = []
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  await page.reload()
  await live(page)
  await page.getByRole('button', { name: 'Clicked', exact: true }).click()
  await eventually(() => subjects(page)).toEqual(['A click'])
  expect(sent.map((text) => JSON.parse(text))).toEqual([{ type: 'filter', events: ['clicked'] }])

  await hub.post([
    mailEvent({ subject: 'Another send' }),
    mailEvent({ event: 'click', subject: 'Another click' }),
  ])
  await eventually(() => subjects(page)).toEqual(['Another click', 'A click'])
  expect(new URL(page.url()).search).toBe('?events=clicked')

  await page.reload()
  await live(page)
  await eventually(() => subjects(page)).toEqual(['Another click', 'A click'])
  expect(await page.getByRole('button', { name: 'Clicked', exact: true }).getAttribute('aria-pressed')).toBe(
    'true',
  )
})

test('an address, a tag and a campaign can be filtered by, alone and together', async () => {
  const both = { tags: ['welcome'], campaign: 'spring' }
  await hub.post([
    mailEvent({ email: 'Ada@example.com', subject: 'Ada, welcome', ...both }),
    mailEvent({ email: 'ada@example.com', subject: 'Ada, no tag' }),
    mailEvent({ email: 'bob@example.com', subject: 'Bob, welcome', ...both }),
  ])
  const page = await open('/?email=ada@example.com')
  await eventually(() => subjects(page)).toEqual(['Ada, no tag', 'Ada, welcome'])
  await page.getByRole('combobox', { name: 'Search the events' }).fill('welc')
  await page.getByRole('option', { name: 'Tag welcome' }).click()
  await eventually(() => subjects(page)).toEqual(['Ada, welcome'])
  await page.getByRole('button', { name: 'Remove Recipient ada@example.com' }).click()
  await eventually(() => subjects(page)).toEqual(['Bob, welcome', 'Ada, welcome'])
  await page.goBack()
  await eventually(() => subjects(page)).toEqual(['Ada, welcome'])
  await page.goto(`${hub.url}/?campaign=spring`)
  await eventually(() => subjects(page)).toEqual(['Bob, welcome', 'Ada, welcome'])
})

test('hostile event data shows as text and runs nothing', async () => {
  const hostile = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
  await hub.post([mailEvent({ email: `"${hostile}"@example.com`, subject: hostile, tags: [hostile] })])
  const page = await open()
  await eventually(() => subjects(page)).toEqual([hostile])
  await page.locator('.line').click()
  const inspector = page.getByRole('complementary')
  await eventually(() => inspector.getByRole('heading', { level: 2 }).innerText()).toBe(hostile)
  expect(await inspector.getByRole('button', { name: hostile, exact: true }).innerText()).toBe(hostile)
  await eventually(async () =>
    JSON.parse(await inspector.getByLabel('JSON', { exact: true }).innerText()),
  ).toMatchObject({ msg: { subject: hostile } })
  expect(await page.locator('#page :is(img[src="x"], script)').count()).toBe(0)
  await eventually(() => page.title()).toBe(`${hostile} · Mail Event Hub`)
})

test('the inspector tells the story of the mail, and follows it', async () => {
  const mail = { id: 'mail-1', email: 'ada@example.com', subject: 'Your order' }
  await hub.post([mailEvent(mail), mailEvent({ ...mail, event: 'delivered' })])
  const page = await open()
  await page.locator('.line').first().click()
  const steps = page.getByRole('list', { name: 'What happened to this mail' }).getByRole('listitem')
  const eventShown = async () =>
    JSON.parse(await page.getByLabel('JSON', { exact: true }).innerText()).event as string
  await eventually(() => steps.locator('strong').allInnerTexts()).toEqual(['Sent', 'Delivered'])
  await hub.post([mailEvent({ ...mail, event: 'click', more: { url: 'https://example.com/offer' } })])
  await eventually(() => steps.locator('strong').allInnerTexts()).toEqual(['Sent', 'Delivered', 'Clicked'])
  expect(await steps.last().innerText()).toContain('https://example.com/offer')
  await eventually(eventShown).toBe('delivered')
  await steps.last().getByRole('button').click()
  await eventually(eventShown).toBe('click')
})

test('a list that is looked through stands still, tells what waits, and shows it on demand', async () => {
  await hub.post(mailEvents(60, (index) => ({ subject: `Old ${index}` })))
  const page = await open()
  await page.getByRole('button', { name: 'Pause' }).click()
  await hub.post(mailEvents(7, (index) => ({ subject: `New ${index}` })))
  await page.getByRole('button', { name: '7 new' }).waitFor()
  expect((await subjects(page))[0]).toBe('Old 59')
  await page.getByRole('button', { name: '7 new' }).click()
  await eventually(async () => (await subjects(page)).slice(0, 8)).toEqual([
    ...[6, 5, 4, 3, 2, 1, 0].map((index) => `New ${index}`),
    'Old 59',
  ])

  await page.locator('.scroller').evaluate((list) => list.scrollTo(0, 400))
  await hub.post([mailEvent({ subject: 'While scrolled' })])
  await page.getByRole('button', { name: '1 new' }).waitFor()
  await page.locator('.scroller').evaluate((list) => list.scrollTo(0, 0))
  await eventually(async () => (await subjects(page))[0]).toBe('While scrolled')
})

async function postMany(): Promise<void> {
  for (let batch = 0; batch < 3; batch += 1)
    await hub.post(mailEvents(250, (index) => ({ subject: `Mail ${batch * 250 + index}` })))
}

test('End is at the oldest at once, and from there every row is had in its place; Home is back', async () => {
  await postMany()
  let asked = 0
  const page = await open()
  const list = page.locator('.scroller')
  page.on('request', (request) => void (/before=|after=/.test(request.url()) && (asked += 1)))
  await eventually(async () => (await subjects(page))[0]).toBe('Mail 749')
  await list.press('End')
  await eventually(async () => (await subjects(page)).at(-1)).toBe('Mail 0')
  expect([asked, await page.locator('.line').last().getAttribute('aria-posinset')]).toEqual([1, '750'])
  // What is read above moves nothing that one looks at, and lies where it belongs.
  const first = async () => Number((await subjects(page))[0]?.replace('Mail ', ''))
  await eventually(async () => {
    await list.evaluate((element) => element.scrollBy(0, -60 * 36))
    const all = await subjects(page)
    const numbers = all.map((subject) => Number(subject.replace('Mail ', '')))
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) - index))
    return first()
  }).toBe(749)
  expect(await page.locator('.all').evaluate((all) => all.clientHeight)).toBe(750 * 36)
  await list.press('End')
  await list.press('Home')
  await eventually(async () => (await subjects(page))[0]).toBe('Mail 749')
})

test('Home pressed before End has been painted leads to the newest', async () => {
  await postMany()
  const page = await open()
  const list = page.locator('.scroller')
  await eventually(async () => (await subjects(page))[0]).toBe('Mail 749')
  await list.press('End')
  await eventually(async () => (await subjects(page)).at(-1)).toBe('Mail 0')
  await list.evaluate(pressEndThenHome)
  await eventually(async () => (await subjects(page))[0]).toBe('Mail 749')
})

test('scrolling down fetches what is older, to the very first', async () => {
  await postMany()
  const page = await open()
  const scrollTo = (top: number) =>
    page.locator('.scroller').evaluate((list, to) => list.scrollTo(0, to), top)
  const height = () => page.locator('.all').evaluate((all) => all.clientHeight)
  await eventually(async () => {
    await scrollTo(1e6)
    return height()
  }).toBe(750 * 36)
  // Each has its place.
  for (const place of [749, 600, 401, 399, 200, 0]) {
    await scrollTo(place * 36)
    await eventually(() => subjects(page)).toContain(`Mail ${749 - place}`)
  }
})
