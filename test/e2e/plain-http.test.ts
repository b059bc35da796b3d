// A hub in a local network, on plain http: there a browser has no clipboard, no UUIDs and no hashes for the page.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { live, TOKEN } from '../support/page/browser.ts'
import { OTHER_NAME } from '../support/page/launch.ts'
import { eventually } from '../support/eventually.ts'
import { isSecure } from '../support/page/in-page.js'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'

const lab = usePageLab((hub) => peopleOf(hub).subscribe('ann@example.org'))

test('one signs in, copies, writes, duplicates, sends and exports', async () => {
  const { page, problems, close } = await lab.open({ signedIn: false })
  const url = lab.hub.url.replace('localhost', OTHER_NAME)
  await page.goto(`${url}/dashboard/setup`)
  expect(await page.evaluate(isSecure)).toBe(false)
  await page.getByLabel('API token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await live(page)
  await page.getByRole('button', { name: 'Copy the URL' }).click()
  await page.getByText('Copied', { exact: true }).waitFor()

  await page.goto(`${url}/dashboard/campaigns/new`)
  await page.getByLabel('Subject').fill('News')
  const body = page.getByLabel('Body, in HTML')
  await body.focus()
  await page.keyboard.press('Control+V')
  await eventually(() => body.inputValue()).toBe(lab.hub.webhookUrl)
  await page.getByText(/^saved at/).waitFor()
  const draft = page.url()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await eventually(() => page.url()).not.toBe(draft)
  await page.getByRole('button', { name: 'Send…' }).click()
  await page.getByRole('button', { name: 'Send to 1' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()

  await page.goto(`${url}/dashboard/subscribers`)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  expect(await readFile(await (await download).path(), 'utf8')).toContain('ann@example.org')
  // Chromium does without a header that it heeds only over https, and says so.
  expect(problems.filter((problem) => !problem.startsWith('The Cross-Origin-Opener-Policy'))).toEqual([])
  await close()
})
