// A browser whose clock is wrong: ages, days and ends are by the hub's, and what is counted in seconds by neither.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent } from '../support/page/browser.ts'
import { eventually } from '../support/eventually.ts'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

const HOUR_MS = 3_600_000
const JUST = /now|\d+ (s|min|seconds?|minutes?)( ago)?$/
let draft = ''
const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  await people.subscribe('ann@example.org')
  const made = { subject: 'Draft', content: '<p>News</p>' }
  await people.call('POST', '/campaigns', { ...made, subject: 'A letter', start: true })
  draft = (await people.call<{ id: string }>('POST', '/campaigns', made)).id
})

/** A time without its day: one of today. */
const CLOCK = /^\d\d:\d\d(:\d\d)?$/

test.each([
  ['9 hours fast', 9],
  ['9 hours slow', -9],
  ['3 days fast', 72],
  ['3 days slow', -72],
])('%s', async (_, hours) => {
  const wrong = (page: Page) => page.clock.install({ time: Date.now() + hours * HOUR_MS })
  await lab.hub.post([mailEvent({ id: `m${hours}`, email: 'ann@example.org', subject: `At ${hours}` })])
  const timezoneId = zoneAtNoon()
  const { page } = await lab.open({ before: wrong, timezoneId })
  await live(page)

  // Live: the age, the rate, and the chart, which ends now.
  await eventually(() => page.locator('.strip .last').innerText()).toMatch(JUST)
  await eventually(() => page.locator('.strip .rate').innerText()).toMatch(/^[1-9]/)
  await page.getByRole('img', { name: /^Events in the last \d+ minutes?: [1-9]/ }).waitFor()
  await page.getByRole('slider', { name: 'Time' }).focus()
  await page.keyboard.press('End')
  const end = page.locator('.plot .label strong')
  const [, minute] = /^\d\d:\d\d.*–(\d\d:\d\d)/.exec(await end.innerText()) ?? []
  expect(minutesAround(timezoneId)).toContain(minute)

  // What is of today has no day: a time in the filter, a step of a story.
  await page.locator('.line', { hasText: `At ${hours}` }).click()
  await eventually(() => page.locator('.timeline time').innerText()).toMatch(CLOCK)
  await page.goto(`${lab.hub.url}/?since=${new Date(Date.now() - 60_000).toISOString()}`)
  await page
    .locator('.mark')
    .getByText(/^since \d\d:\d\d:\d\d$/)
    .waitFor()

  // Campaigns, and a letter that is undone in time.
  await page.goto(`${lab.hub.url}/dashboard/campaigns`)
  await eventually(() => page.locator('.line', { hasText: 'A letter' }).locator('time').innerText()).toMatch(
    JUST,
  )
  await page.goto(`${lab.hub.url}/dashboard/campaigns/${draft}`)
  await page.getByRole('button', { name: 'Send…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Send to / })
    .click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  // The time of day is put right meanwhile.
  await page.clock.setSystemTime(Date.now())
  const left = async () => Number(await page.locator('.undo .number').innerText())
  await eventually(left).toBeLessThan(10)
  expect(await left()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  const { status } = await peopleOf(lab.hub).call<{ status: string }>('GET', `/campaigns/${draft}`)
  expect(status).toBe('draft')
})

/** Where it is between noon and one: "today" does not end during a test. */
function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`
}

/** `12:40` of each minute that may be the chart's last. */
function minutesAround(timeZone: string): string[] {
  const { format } = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
  return [-2, -1, 0, 1].map((minutes) => format(Date.now() + minutes * 60_000))
}
