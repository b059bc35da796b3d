// What is filtered in Live, taken along as CSV and as JSON.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent, mailEvents } from '../../support/page/browser.ts'
import { usePageLab } from '../../support/page/page-lab.ts'

const MANY = 1100
const lab = usePageLab(async (hub) => {
  await hub.post(mailEvents(MANY, (index) => ({ subject: `Mail ${index}` })))
  await hub.post([mailEvent({ event: 'click', subject: 'A, "click"', more: { url: 'https://a.example/' } })])
})

async function taken(page: Page, button: string): Promise<string> {
  await page.getByLabel('Export', { exact: true }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).click()
  const path = await (await download).path()
  await page.keyboard.press('Escape')
  return readFile(path, 'utf8')
}

const linesOf = <T>(text: string): T[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as T)))

test('what is filtered is a CSV of facts, and a line of JSON each, with the event as it came', async () => {
  const { page, problems, close } = await lab.open({ path: '/?events=clicked' })
  await live(page)
  const lines = (await taken(page, 'CSV')).trim().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('"A, ""click"""')
  const events = linesOf<{ kind: string; data: { event: string } }>(await taken(page, 'JSON'))
  expect(events.map(({ kind, data }) => [kind, data.event])).toEqual([['clicked', 'click']])
  expect(problems).toEqual([])
  await close()
})

test('all pages are in it, also of what is nothing', async () => {
  const { page, close } = await lab.open()
  await live(page)
  const events = linesOf<{ data: { msg: { subject: string } } }>(await taken(page, 'JSON'))
  expect(events).toHaveLength(MANY + 1)
  expect(events.at(-1)?.data.msg.subject).toBe('Mail 0')
  await page.goto(`${lab.hub.url}/?q=nobody`)
  expect(await taken(page, 'JSON')).toBe('')
  await close()
})

test('an export that breaks off is no file, and says why', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await page.route('**/api/events*', (route) => route.fulfill({ status: 503, json: {} }))
  await page.getByLabel('Export', { exact: true }).click()
  await page.getByRole('button', { name: 'JSON' }).click()
  await page.getByText('Not exported: The hub answered 503').waitFor()
  await close()
})
