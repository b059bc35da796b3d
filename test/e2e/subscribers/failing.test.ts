// The mailing list when the hub is slow, fails or is gone: what is shown stays true, and all of it ends by itself.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { mailEvent, tryAgain } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { overflow } from '../../support/page/in-page.js'
import { useProgramLab } from '../../support/page/page-lab.ts'
import { peopleOf, type People } from '../../support/page/people.ts'

const PLACE = '/dashboard/subscribers'
const LIST = /\/subscribe(\?|$)/
const EVIL = `<img src=x onerror=alert(1)>\u202Egpj.exe {{name}} ${'w'.repeat(120)}`
const ANN = 'ann@example.org'

let people: People
const lab = useProgramLab(async (hub) => {
  people = peopleOf(hub)
  const rows = Array.from({ length: 450 }, (_, n) => `reader${n}@example.com,Reader ${n}`)
  await people.import(`email,name\n${rows.join('\n')}`)
  await people.subscribe(ANN, 'Ann Gardener')
  await hub.post([mailEvent({ event: 'open', email: ANN, subject: 'A letter' })])
})

const open = (path = '', before?: (page: Page) => Promise<unknown>) =>
  lab.open({ path: PLACE + path, ...(before && { before }) })
const lines = (page: Page) => page.locator('.line .email').allInnerTexts()
const fails = (page: Page, url: RegExp, status = 500) =>
  page.route(url, (route) =>
    route.fulfill({ status, json: { error: { code: 'x', message: 'The database cannot be reached' } } }),
  )

test('a list that is long in coming is waited for, and one that fails says why and can be asked again', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { page, close } = await open('', (page) =>
    page.route(LIST, async (route) => {
      await released
      await route.continue()
    }),
  )
  await page.getByText('Loading the subscribers…').waitFor()
  await page.getByText('– subscribers').waitFor()
  release()
  await page.getByText(/^45\d subscribers/).waitFor()
  await page.unrouteAll()

  await fails(page, LIST)
  await page.getByRole('textbox').fill('ann')
  await page.getByText('Not refreshed: The database cannot be reached').waitFor()
  await page.unrouteAll()
  await tryAgain(page)
  await eventually(() => lines(page)).toEqual([ANN])
  await close()
})

test('a list that cannot be had at first comes by itself', async () => {
  const { page, close } = await open('', (page) => fails(page, LIST, 503))
  await page.getByText('Could not load the subscribers:').waitFor()
  expect(await page.getByText('Nobody').count()).toBe(0)
  // There is no time as of which it is shown.
  expect(await page.getByRole('button', { name: 'Refresh' }).count()).toBe(0)
  await page.unrouteAll()
  await page.getByRole('button', { name: /^as of .* Refresh$/ }).waitFor()
  await page.getByText(/^45\d subscribers/).waitFor()
  // As many as there is room for, and the rest when one goes there.
  await eventually(() => page.locator('.line .email').count()).toBeGreaterThan(10)
  await page.getByRole('listbox').press('End')
  await page.locator('.line', { hasText: ANN }).waitFor()
  await close()
})

test('a further page that fails does not end the list', async () => {
  const { page, close } = await open('', (page) => fails(page, /\/subscribe\?.*(after|order)=/))
  await page.locator('.line').first().waitFor()
  await page.locator('.scroller').focus()
  await page.keyboard.press('End')
  await page.getByText('Could not load the rest: The database cannot be reached').waitFor()
  await page.unrouteAll()
  await tryAgain(page)
  await eventually(async () => {
    await page.locator('.scroller').press('End')
    return lines(page)
  }).toContain(ANN)
  await close()
})

test('a part of the history that fails is named, and the rest is told', async () => {
  const { page, close } = await open(`/${ANN}`, (page) => fails(page, /\/deliveries/))
  await page.locator('.history li', { hasText: 'Opened' }).waitFor()
  await page.getByText('Could not load the deliveries:').waitFor()
  await page.unrouteAll()
  await tryAgain(page.locator('.history'))
  await page.getByText('Could not load the deliveries:').waitFor({ state: 'detached' })
  await close()
})

test('a part of the history that is long in coming keeps nobody from the rest', async () => {
  const { page, close } = await open(`/${ANN}`, (page) => page.route(/\/deliveries/, () => {}))
  await page.locator('.history li', { hasText: 'Opened' }).waitFor()
  await page.getByText('Loading the deliveries…').waitFor()
  await close()
})

test('nobody with this id is said once; there is nothing to try again', async () => {
  const { page, close } = await open('/01a20144-af1d-722a-9d98-6a215e4325f9')
  await page.getByText('There is no such subscriber').waitFor()
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  await close()
})

test('what could not be done is said in the question, and nothing has changed', async () => {
  const { page, close } = await open(`/${ANN}`)
  await page.getByRole('button', { name: 'Unsubscribe…' }).click()
  await fails(page, /\/subscribe$/, 503)
  await page.getByRole('dialog').getByRole('button', { name: 'Unsubscribe', exact: true }).click()
  await page.getByRole('dialog').getByText('The database cannot be reached').waitFor()
  expect(await people.get(ANN)).toMatchObject({ subscribed: true })
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await page.locator('.person header .badge').innerText()).toBe('Gets mail')
  await close()
})

test('an export that fails says so, and saves nothing', async () => {
  const { page, close } = await open()
  let saved = 0
  page.on('download', () => (saved += 1))
  await page.locator('.line').first().waitFor()
  await fails(page, LIST, 503)
  await page.getByRole('button', { name: 'Export CSV' }).click()
  await page.getByText('Not exported: The database cannot be reached').waitFor()
  await page.unrouteAll()
  await page.route(LIST, (route) => route.abort())
  await page.getByRole('button', { name: 'Export CSV' }).click()
  await page.getByText('Not exported: The hub cannot be reached').waitFor()
  expect(saved).toBe(0)
  await close()
})

test('an export that is clicked twice at once begins, and goes on', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { page, close } = await open()
  await page.locator('.line').first().waitFor()
  await page.route(LIST, async (route) => {
    await released
    await route.continue()
  })
  await page.getByRole('button', { name: 'Export CSV' }).dblclick()
  const download = page.waitForEvent('download')
  release()
  expect((await download).suggestedFilename()).toBe('subscribers.csv')
  await close()
})

const upload = (page: Page, name: string, text: string) =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/vnd.ms-excel', buffer: Buffer.from(text) })

test('an import that breaks off says what holds, and can be tried again', async () => {
  const { page, close } = await open('/import', (page) => page.route(/dry_run/, (route) => route.abort()))
  await upload(page, 'list.csv', 'email\nfrom-a-file@example.net\n')
  await page.getByText('Nothing has changed.').waitFor()
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.route(/import$/, (route) => route.abort())
  await page.getByRole('button', { name: 'Import 1' }).click()
  await page.getByText('adds nobody twice').waitFor()
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Imported list.csv' }).waitFor()
  expect(await people.get('from-a-file@example.net')).toMatchObject({ mailable: true })
  await close()
})

test('a file that is being imported can be let go, and goes on while one looks elsewhere', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { page, close } = await open('/import')
  const hold = () =>
    page.route(/dry_run/, async (route) => {
      await released
      await route.continue().catch(() => {})
    })
  await hold()
  await upload(page, 'list.csv', 'email\nlater@example.net\n')
  await page.getByRole('heading', { name: 'Checking list.csv' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('heading', { name: 'Cancelled' }).waitFor()
  await page.getByRole('button', { name: 'Choose another file' }).click()
  await upload(page, 'other.csv', 'email\nlater@example.net\n')
  await page.getByRole('link', { name: 'Suppressions' }).click()
  release()
  await page.getByRole('heading', { name: 'Suppressions', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Import', exact: true }).last().click()
  await page.getByRole('heading', { name: 'Checked other.csv' }).waitFor()
  await close()
})

test('with the hub killed, what is known stays with its age; with the hub back, all goes on', async () => {
  const { page, close } = await open(`/${ANN}`)
  await page.locator('.history li', { hasText: 'Opened' }).waitFor()
  await lab.hub.kill()
  await page.getByText(/^As of .*: The hub cannot be reached/).waitFor()
  await page.getByRole('heading', { name: ANN }).waitFor()
  await page.getByRole('link', { name: 'Subscribers' }).first().click()
  await page.getByText('Could not load').first().waitFor()
  await lab.hub.start()
  await page.getByText(/^45\d subscribers/).waitFor()
  await close()
})

test('hostile words in every field stay words, at every width', async () => {
  const email = 'evil@example.org'
  await people.subscribe(email, EVIL)
  await lab.hub.post([
    mailEvent({ event: 'click', email, subject: EVIL, more: { url: `javascript:alert(1)//${EVIL}` } }),
    mailEvent({ event: 'hard_bounce', email: 'evil2@example.org', subject: EVIL }),
  ])
  await eventually(
    async () => (await people.call<{ count: number }>('GET', '/suppressions')).count,
  ).toBeGreaterThan(0)
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
    [320, 256],
  ] as const) {
    const { page, problems, close } = await lab.open({
      path: `${PLACE}/${email}`,
      viewport: { width, height },
    })
    let dialogs = 0
    page.on('dialog', () => (dialogs += 1))
    const check = async (what: string) => {
      const found = await page.evaluate(overflow)
      expect([what, width, found]).toEqual([what, width, 0])
    }
    await page.locator('.history li', { hasText: 'Clicked' }).waitFor()
    await check('one')
    expect(await page.locator('.person').innerText()).toContain('⟨202e⟩gpj.exe')
    await page.goto(`${lab.hub.url}${PLACE}?q=evil`)
    await eventually(() => lines(page)).toContain(email)
    await check('list')
    await page.goto(`${lab.hub.url}${PLACE}/suppressions`)
    await eventually(() => lines(page)).toContain('evil2@example.org')
    await check('suppressions')
    await page.goto(`${lab.hub.url}${PLACE}/import`)
    await page.getByText('Drop a CSV file here').waitFor()
    await check('import')
    await upload(
      page,
      `${EVIL.slice(0, 40)}.csv`,
      `email,${EVIL},"${EVIL}"\nx@y.example,1,2\n"${EVIL}",1,2\n`,
    )
    await page.getByRole('heading', { name: 'Checked' }).waitFor()
    await check('report')
    expect([problems, dialogs]).toEqual([[], 0])
    await close()
  }
})
