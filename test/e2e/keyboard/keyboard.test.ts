// The page by keyboard alone.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { go, live, mailEvents, subjects } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { focused } from '../../support/page/in-page.js'

const lab = usePageLab((hub) =>
  hub.post(mailEvents(30, (index) => ({ subject: `Mail ${index}`, tags: ['a-tag'] }))),
)

async function withPage(path: string, look: (page: Page) => Promise<void>): Promise<void> {
  const { page, problems, close } = await lab.open({ path })
  await live(page)
  await look(page)
  expect(problems).toEqual([])
  await close()
}

const chosen = (page: Page) =>
  page.getByRole('option', { selected: true }).locator('.subject').allInnerTexts()

test('j, k, Enter and Esc walk through the list and the inspector', () =>
  withPage('/', async (page) => {
    await eventually(async () => (await subjects(page))[0]).toBe('Mail 29')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await eventually(() => chosen(page)).toEqual(['Mail 28'])
    await page.keyboard.press('k')
    await eventually(() => chosen(page)).toEqual(['Mail 29'])
    await page.keyboard.press('Enter')
    const inspector = page.getByRole('complementary')
    await eventually(() => inspector.getByRole('heading', { level: 2 }).innerText()).toBe('Mail 29')
    // The inspector goes along.
    await page.keyboard.press('j')
    await eventually(() => inspector.getByRole('heading', { level: 2 }).innerText()).toBe('Mail 28')
    await page.keyboard.press('Escape')
    await inspector.waitFor({ state: 'detached' })
    await eventually(() => page.evaluate(focused)).toMatch(/^ring listbox/)
    await page.keyboard.press('ArrowDown')
    await eventually(() => chosen(page)).toEqual(['Mail 27'])
    await page.keyboard.press('Escape')
    await eventually(() => chosen(page)).toEqual([])
  }))

test('/ searches, g s and g l go, p pauses, ? helps', () =>
  withPage('/', async (page) => {
    await page.keyboard.press('/')
    await page.keyboard.type('jgsp@example.com')
    await eventually(() => page.getByRole('combobox').inputValue()).toBe('jgsp@example.com')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No event matches this filter' }).waitFor()
    await page.keyboard.press('Escape')
    await go(page, 's', 'Set-up')
    await go(page, 'l', 'Live events')
    await page.getByRole('button', { name: 'Show all events' }).click()
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }))

test('a file to choose and a switch are no fields: keys go on there; Esc leaves a search', () =>
  withPage('/dashboard/subscribers/import', async (page) => {
    await page.locator('input[type=file]').focus()
    await go(page, 'u', 'Subscribers')
    await page.keyboard.press('/')
    await page.keyboard.type('nobody')
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
    await page.keyboard.press('Escape')
    await go(page, 'c', 'Campaigns')
  }))

test('letters are known by their key where Korean is typed', () =>
  withPage('/', async (page) => {
    await page.locator('body').dispatchEvent('keydown', { key: 'ㅔ', code: 'KeyP' })
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await page.locator('body').dispatchEvent('keydown', { key: 'ㅓ', code: 'KeyJ' })
    await eventually(() => chosen(page)).toEqual(['Mail 29'])
  }))

test('single keys can be turned off', () =>
  withPage('/', async (page) => {
    await page.keyboard.press('?')
    await page.getByLabel('Single-key shortcuts').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('p')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(1)
  }))

test('everything that can be done is reached by Tab, and shows that it is', () =>
  withPage('/', async (page) => {
    const reached: string[] = []
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate(focused))
    }
    for (const name of [
      'Skip to the view',
      'Live',
      'Campaigns',
      'Subscribers',
      'Set-up',
      'Search the events',
      'Time',
      'Go to a time',
      'Pause',
      'Delivered',
      'listbox',
    ])
      expect(reached.some((what) => what.includes(name))).toBe(true)
    expect(reached.filter((what) => what.startsWith('no ring'))).toEqual([])
  }))
