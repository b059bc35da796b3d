// Signing in: by the token, by the link that the start prints, and out again.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent, subjects, TOKEN } from '../support/page/browser.ts'
import { eventually } from '../support/eventually.ts'
import { usePageLab } from '../support/page/page-lab.ts'

const lab = usePageLab((hub) => hub.post([mailEvent({ subject: 'Behind the door' })]))

/** A refused request is on the console of any browser; nothing else may be. */
const others = (problems: readonly string[]) => problems.filter((problem) => !problem.includes('401'))

test('the wrong token is refused with a word, the right one lets in', async () => {
  const { page, problems, close } = await lab.open({ signedIn: false })
  await page.getByLabel('API token').fill('not-the-token')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('The token is wrong').waitFor()
  expect(await page.locator('.line').count()).toBe(0)

  await page.getByLabel('API token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await live(page)
  await eventually(() => subjects(page)).toEqual(['Behind the door'])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('API token').waitFor()
  await page.reload()
  await page.getByLabel('API token').waitFor()
  expect(others(problems)).toEqual([])
  await close()
})

test('the link of the start signs in, and leaves no token in the address', async () => {
  const path = `/?events=sent#token=${TOKEN}`
  const { page, problems, close } = await lab.open({ signedIn: false, path })
  await live(page)
  expect(page.url()).toBe(`${lab.hub.url}/?events=sent`)
  await page.reload()
  await live(page)
  expect(problems).toEqual([])
  await close()
})

test('the link signs in as well in a tab that shows the form already', async () => {
  const { page, problems, close } = await lab.open({ signedIn: false, path: '/?events=sent' })
  await page.getByLabel('API token').waitFor()
  await page.goto(`${lab.hub.url}/?events=sent#token=old`)
  await page.getByRole('alert').getByText('The token is wrong').waitFor()
  expect(page.url()).toBe(`${lab.hub.url}/?events=sent`)
  await page.goto(`${lab.hub.url}/?events=sent#token=${TOKEN}`)
  await live(page)
  expect(page.url()).toBe(`${lab.hub.url}/?events=sent`)
  expect(others(problems)).toEqual([])
  await close()
})

test('the link leaves no token in the address of a tab that is signed in', async () => {
  const { page, problems, close } = await lab.open()
  await live(page)
  for (const token of ['old', TOKEN]) {
    await page.goto(`${lab.hub.url}/#token=${token}`)
    await eventually(() => page.url()).toBe(`${lab.hub.url}/`)
    await live(page)
  }
  expect(others(problems)).toEqual([])
  await close()
})

test('an answer that is there at once is not missed', async () => {
  const atOnce = async (page: Page) =>
    page.addInitScript(() => {
      const real = globalThis.fetch
      const session = { signed_in: true, auth: 'on' }
      globalThis.fetch = (url, init) =>
        url === '/api/session' ? Promise.resolve(Response.json(session)) : real(url, init)
    })
  const { page, problems, close } = await lab.open({ before: atOnce })
  await live(page)
  expect(problems).toEqual([])
  await close()
})

test('a link with an old token leads to the sign-in', async () => {
  const { page, problems, close } = await lab.open({ signedIn: false, path: '/#token=old' })
  await page.getByRole('alert').getByText('The token is wrong').waitFor()
  expect(page.url()).toBe(`${lab.hub.url}/`)
  expect(others(problems)).toEqual([])
  await close()
})

test('a session that ends while one looks leads to the sign-in', async () => {
  const { page, problems, close } = await lab.open()
  await live(page)
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Opened', exact: true }).click()
  await page.getByLabel('API token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await live(page)
  expect(new URL(page.url()).search).toBe('?events=opened')
  expect(others(problems)).toEqual([])
  await close()
})

test.each([
  ['an export', '?mailable=true', (page: Page) => page.getByRole('button', { name: 'Export CSV' }).click()],
  [
    'a file',
    '/import',
    (page: Page) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'list.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('email\na@b.example\n'),
      }),
  ],
])('who is signed out meanwhile is told so by %s, too', async (_, path, act) => {
  const { page, close } = await lab.open({ path: `/dashboard/subscribers${path}` })
  await live(page)
  await page.context().clearCookies()
  await act(page)
  await page.getByLabel('API token').waitFor()
  await close()
})
