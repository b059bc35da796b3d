// The inspector of Live: repeats told once, robots marked, lost webhooks filled in, the subscriber and all bytes at hand.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent, TOKEN } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { directionOf } from '../../support/page/in-page.js'
import { usePageLab } from '../../support/page/page-lab.ts'

const EMAIL = 'ada@mail.example'
const ROBOT = { user_agent: 'Barracuda Sentinel', ip: '203.0.113.9' }
const IN_SEOUL = { ip: '203.0.113.7', location: { city: 'Seoul', country: 'South Korea' } }
const opened = (n: number, more: object = {}) =>
  mailEvent({
    event: 'open',
    id: 'm-1',
    email: EMAIL,
    subject: 'Roses',
    more: { ts: 1_900_000_000 + n, ...more },
  })

/** Its @ would stand at the wrong side of its domain. */
const HEBREW = 'שלום@mail.example'

const lab = usePageLab(async (hub) => {
  await fetch(`${hub.url}/subscribe`, {
    method: 'POST',
    headers: { authorization: TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, name: 'Ada' }),
  })
  await hub.post([...Array.from({ length: 100 }, (_, n) => opened(n, IN_SEOUL)), opened(200, ROBOT)])
  const tags = ['may', 'roses']
  await hub.post([
    mailEvent({ id: 'm-2', email: 'bob@mail.example', tags, more: { filler: 'x'.repeat(100_000) } }),
  ])
  const many = Array.from({ length: 20 }, (_, n) => `tag-${n}`)
  await hub.post([mailEvent({ id: 'm-4', email: HEBREW, tags: many })])
  const taken = {
    ts: 1_900_000_000,
    type: 'sent',
    diag: '250 OK',
    destination_ip: '203.0.113.3',
    size: 24_310,
  }
  const { msg, ...delivery } = mailEvent({ event: 'delivered', id: 'm-3' })
  await hub.post([{ ...delivery, msg: { ...msg, smtp_events: [taken] } }])
})

async function withMail(id: string, look: (page: Page) => Promise<void>): Promise<void> {
  const { page, problems, close } = await lab.open({ path: `/dashboard/messages/${id}` })
  await live(page)
  await page.locator('.timeline li').first().waitFor()
  await look(page)
  expect(problems).toEqual([])
  await close()
}

test('a hundred opens are one step, a robot’s is marked, and what no webhook told is filled in', () =>
  withMail('m-1', async (page) => {
    const steps = page.getByRole('list', { name: 'What happened to this mail' }).getByRole('listitem')
    await eventually(() => steps.locator('strong').allInnerTexts()).toEqual([
      'Sent',
      'Delivered',
      'Opened 100 times',
      'Opened',
    ])
    expect(await steps.nth(1).innerText()).toContain('No webhook reported this, but the mail was opened')
    expect(await steps.nth(2).innerText()).toMatch(/First .*, last /)
    // What was implied has no time of its own to count from.
    const since = (step: number) => steps.nth(step).locator('.since').innerText()
    expect([await since(2), await since(3)]).toEqual(['', '+3 min 20 s'])
    expect(await steps.nth(2).innerText()).toContain('Last: Seoul, South Korea · 203.0.113.7')
    expect(await steps.nth(3).innerText()).toContain('By a robot, not a person')
    const inspector = page.getByRole('complementary')
    await inspector.getByRole('link', { name: 'Subscriber', exact: true }).click()
    await page.getByRole('heading', { name: EMAIL }).first().waitFor()
    await page.goBack()
    await inspector.getByRole('heading', { name: 'Roses' }).waitFor()
  }))

test('when it happened is told with its year and zone, by the clock of whoever looks', async () => {
  const path = '/dashboard/messages/m-1'
  const { page, close } = await lab.open({ path, timezoneId: 'Asia/Seoul', locale: 'ko-KR' })
  const when = page.getByRole('complementary').locator('.marks div', { hasText: 'When' })
  await eventually(() => when.innerText()).toBe('When\n18 Mar 2030, 02:50:00 GMT+9')
  await close()
})

test('who is on no list is said not to be; a large event is shown in part, all of it at hand', () =>
  withMail('m-2', async (page) => {
    const inspector = page.getByRole('complementary')
    await inspector.getByText('not on the list').waitFor()
    // The tags are one line: the story comes first.
    expect(await inspector.locator('.marks div', { hasText: 'Tag' }).allInnerTexts()).toEqual([
      'Tags\nmay\nroses',
    ])
    await inspector.getByText('Only the beginning is shown.').waitFor()
    const download = page.waitForEvent('download')
    await inspector.getByRole('link', { name: 'Download all of it' }).click()
    expect((await download).suggestedFilename()).toMatch(/^event-.*\.json$/)
  }))

test('of many tags the first are shown, the rest on demand; an address of another script reads from the left', () =>
  withMail('m-4', async (page) => {
    const inspector = page.getByRole('complementary')
    const tags = inspector.locator('.tags button')
    await eventually(() => tags.count()).toBe(9)
    await inspector.getByRole('button', { name: '12 more' }).click()
    await eventually(() => tags.count()).toBe(20)
    const address = page.locator('.line .email', { hasText: HEBREW }).first()
    expect(await address.evaluate(directionOf)).toBe('ltr')
  }))

test('of a delivery, the server and what it said, and how large the mail was', () =>
  withMail('m-3', async (page) => {
    const told = await page.locator('.timeline li:not(.implied)').innerText()
    expect(told).toContain('250 OK')
    expect(told).toContain('Server 203.0.113.3 · Mail of 24 kB')
  }))

test('of a message without events that is said, and what to do; what comes is shown', async () => {
  const { page, close } = await lab.open({ path: '/dashboard/messages/m-not-yet' })
  await live(page)
  const inspector = page.getByRole('complementary')
  await inspector.getByText('No event of the message m-not-yet is kept.').waitFor()
  await inspector.getByRole('link', { name: 'Show all events' }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await lab.hub.post([mailEvent({ id: 'm-not-yet', subject: 'Here at last' })])
  await inspector.getByRole('heading', { name: 'Here at last' }).waitFor()
  await close()
})
