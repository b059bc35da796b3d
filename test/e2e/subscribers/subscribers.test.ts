// The mailing list in the browser: found as one types, one by one with all that happened, and changed with a question first.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { choose, mailEvent, type OpenPage, type RunningHub } from '../../support/page/browser.ts'
import { droppedFile } from '../../support/page/in-page.js'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf, type People } from '../../support/page/people.ts'

const PLACE = '/dashboard/subscribers'

const lines = (page: Page) => page.locator('.line .email').allInnerTexts()
const badge = (page: Page, email: string) =>
  page.locator('.line', { hasText: email }).locator('.badge').innerText()
const answer = async (page: Page, verb: string) => {
  await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

describe.each(['embedded', 'shared'] as const)('on the %s stores', (kind) => {
  let people: People
  let opened: OpenPage | undefined
  const fill = async (hub: RunningHub) => {
    people = peopleOf(hub)
    await people.import(
      `email,name\n${Array.from({ length: 450 }, (_, n) => `reader${n}@example.com,Reader ${n}`).join('\n')}`,
    )
    await people.subscribe('ann@example.org', 'Ann Gardener')
    await people.subscribe('left@example.org')
    await people.leave('left@example.org')
    await people.subscribe('angry@example.org', 'Angry')
    await people.suppress('angry@example.org', 'complaint')
  }
  const lab = usePageLab(fill, undefined, kind)
  afterEach(async () => {
    const problems = opened?.problems.filter((problem) => !/40[49]/.test(problem))
    opened = undefined
    expect(problems ?? []).toEqual([])
  })

  const open = async (path = '') => {
    opened = await lab.open({ path: PLACE + path, acceptDownloads: true })
    return opened.page
  }

  test('somebody is found as one types; the address says so, and back takes it away', async () => {
    const page = await open()
    await page.getByText(/^4\d\d subscribers/).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('ann@')
    await eventually(() => lines(page)).toEqual(['ann@example.org'])
    await page.getByText('1 subscriber').waitFor()
    expect(new URL(page.url()).search).toBe('?q=ann@')
    await page.getByRole('button', { name: 'Suppressed' }).click()
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
    await page.goBack()
    await eventually(() => lines(page)).toEqual(['ann@example.org'])
    await page.getByRole('textbox').fill('')
    await page.getByText(/^4\d\d subscribers/).waitFor()
  })

  test('how long ago somebody came is told as it is now', async () => {
    await people.subscribe('lately@example.net')
    const page = await open('?q=lately@example.net')
    const age = page.locator('.line time')
    const first = await age.innerText()
    await eventually(() => age.innerText()).not.toBe(first)
  })

  test('a badge says whether one gets mail, and each filter who it leaves', async () => {
    const page = await open('?q=example.org')
    await eventually(() => lines(page)).toHaveLength(3)
    await eventually(() => badge(page, 'ann@')).toBe('Gets mail')
    expect(await badge(page, 'left@')).toBe('Not subscribed')
    expect(await badge(page, 'angry@')).toBe('Complained')
    for (const [word, who] of [
      ['Gets mail', ['ann@example.org']],
      ['Gets no mail', ['left@example.org', 'angry@example.org']],
      ['Not subscribed', ['left@example.org']],
      ['Suppressed', ['angry@example.org']],
    ] as const) {
      await page.getByRole('button', { name: word, exact: true }).click()
      await eventually(async () => (await lines(page)).toSorted()).toEqual(who.toSorted())
    }
  })

  test('one reaches the last, and the way back from a subscriber leads to the same place', async () => {
    const page = await open('?q=example.com')
    await page.locator('.line').first().waitFor()
    await page.locator('.scroller').focus()
    await eventually(async () => {
      await page.keyboard.press('End')
      return lines(page)
    }).toContain('reader449@example.com')
    expect(await page.locator('.line').count()).toBeLessThan(60)
    await page.locator('.line', { hasText: 'reader449@' }).click()
    await page.getByRole('heading', { name: 'reader449@example.com' }).waitFor()
    await page.goBack()
    await eventually(() => lines(page)).toContain('reader449@example.com')
    await page.keyboard.press('Home')
    await choose(page, 'k', 'reader448@')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'reader448@example.com' }).waitFor()
  })

  test('unsubscribe, subscribe, stop, lift: each asks, says what happens, and is true afterwards', async () => {
    const page = await open('/ann@example.org')
    const now = page.locator('.person header .badge')
    await eventually(() => now.innerText()).toBe('Gets mail')
    await page.getByRole('button', { name: 'Unsubscribe…' }).click()
    await page.getByText('is not notified').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await people.get('ann@example.org')).toMatchObject({ subscribed: true })
    await page.getByRole('button', { name: 'Unsubscribe…' }).click()
    await answer(page, 'Unsubscribe')
    await eventually(() => now.innerText()).toBe('Not subscribed')
    expect(await people.get('ann@example.org')).toMatchObject({ subscribed: false })
    await page.getByRole('button', { name: 'Subscribe…' }).click()
    await answer(page, 'Subscribe')
    await eventually(() => now.innerText()).toBe('Gets mail')
    await page.getByRole('button', { name: 'Suppress…' }).click()
    await answer(page, 'Suppress')
    await eventually(() => now.innerText()).toBe('Suppressed')
    await page.getByText('By hand, in the page or by the API').waitFor()
    await page.getByRole('button', { name: 'Lift the suppression…' }).click()
    await answer(page, 'Lift the suppression')
    await eventually(() => now.innerText()).toBe('Gets mail')
  })

  test('one history: how they came, what a campaign brought, what happened to it, told once when repeated', async () => {
    await people.subscribe('story@example.net', 'Story')
    const id = await people.campaign('News in May')
    const click = (url: string) =>
      mailEvent({
        event: 'click',
        id: 'm1',
        email: 'story@example.net',
        subject: 'News in May',
        more: { url },
      })
    await lab.hub.post([
      mailEvent({ event: 'send', id: 'm1', email: 'story@example.net', subject: 'News in May' }),
      ...Array.from({ length: 3 }, () => click('https://example.com/offer')),
    ])
    const page = await open('/story@example.net')
    const story = () => page.locator('.history li > div').allInnerTexts()
    await eventually(async () => (await story()).length).toBe(4)
    const told = (await story()).map((line) => line.replaceAll('\n', ' '))
    expect(told.join()).toContain('Clicked 3 times')
    expect(told.join()).toContain('https://example.com/offer')
    // Without an SMTP server nothing is sent.
    expect(told.join()).toMatch(/Campaign written to the outbox News in May \S+\.eml/)
    expect(told.at(-1)).toBe('Joined the list')
    await page.getByRole('link', { name: 'News in May' }).first().click()
    await page.getByRole('complementary').waitFor()
    await page.goBack()
    await page.locator('.history li', { hasText: 'Campaign written' }).getByRole('link').click()
    await eventually(() => new URL(page.url()).pathname).toBe(`/dashboard/campaigns/${id}`)
  })

  test('who has left without a word of why has a moment for it', async () => {
    await people.subscribe('left@example.net')
    await people.leave('left@example.net')
    const page = await open('/left@example.net')
    const story = async () => (await page.locator('.history li strong').allInnerTexts()).join()
    await eventually(story).toBe('Not subscribed, since this date or earlier,Added to the list')
  })

  test('who is erased is gone, from here and from the list', async () => {
    await people.subscribe('gone@example.net')
    const page = await open('?q=gone@')
    await page.locator('.line').click()
    await page.getByRole('button', { name: 'Erase…' }).click()
    await page.getByText('This cannot be undone').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByRole('heading', { name: 'Erased' }).waitFor()
    expect(await people.get('gone@example.net')).toBeUndefined()
    await page.goBack()
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
  })

  test('one is added, and whoever is there already is shown', async () => {
    const page = await open()
    const fill = async (email: string) => {
      await page.getByRole('button', { name: 'Add…' }).click()
      await page.getByLabel('Address', { exact: true }).fill(email)
      await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
    }
    await fill('new@example.net')
    await page.getByRole('heading', { name: 'new@example.net' }).waitFor()
    await page.goBack()
    await fill('angry@example.org')
    await page.getByText('This address is suppressed').waitFor()
    await page.getByRole('link', { name: 'Show angry@example.org' }).click()
    await page.getByRole('heading', { name: 'angry@example.org' }).waitFor()
  })

  test('what is shown can be had as a file', async () => {
    const page = await open('?q=example.org')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe('subscribers.csv')
    const text = await readFile(await file.path(), 'utf8')
    expect(text.trim().split('\n')).toHaveLength(4)
    expect(text).toContain('ann@example.org')
  })

  test('a file is looked through, then imported; what cannot be read is given back', async () => {
    const page = await open('/import')
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('\x89PNG\r\n\x1a\n0') })
    await page.getByRole('heading', { name: 'photo.png is not a list of addresses' }).waitFor()
    await page.getByRole('button', { name: 'Choose another file' }).click()
    const csv =
      'Email Address,First Name,Status,Birthday\nfresh@example.net,Fresh,subscribed,1\nbye@example.net,Bye,unsubscribed,2\nann@example.org,Ann Gardener,subscribed,3\nnonsense,X,subscribed,4\nodd@example.net,Odd,VIP,5\n'
    const dataTransfer = await page.evaluateHandle(droppedFile, { name: 'people.csv', text: csv })
    await page.getByText('Drop a CSV file here').dispatchEvent('drop', { dataTransfer })
    await page.getByRole('heading', { name: 'Checked people.csv' }).waitFor()
    const fact = (word: string) => page.locator('.facts div', { hasText: word }).locator('dd').innerText()
    expect(await fact('Will be added')).toMatch(/^1\b/)
    expect(await fact('Get no mail')).toMatch(/^1\b/)
    expect(await fact('Skipped')).toMatch(/^1\b/)
    expect(await fact('Cannot be read')).toMatch(/^2\b/)
    expect(await fact('Columns read')).toBe('Email Address, First Name, Status')
    expect(await fact('Columns ignored')).toBe('Birthday')
    expect(await people.get('fresh@example.net')).toBeUndefined()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download them' }).click()
    const errors = await readFile(await (await download).path(), 'utf8')
    expect(
      errors
        .trim()
        .split('\n')
        .map((line) => line.split(',')[0]),
    ).toEqual(['line', '5', '6'])
    await page.getByRole('button', { name: 'Import 2 subscribers', exact: true }).click()
    await page.getByRole('heading', { name: 'Imported people.csv' }).waitFor()
    expect(await people.get('fresh@example.net')).toMatchObject({ mailable: true })
    expect(await people.get('bye@example.net')).toMatchObject({ mailable: false })
    await page.getByRole('link', { name: 'Show the subscribers' }).click()
    await page.getByRole('textbox').fill('fresh@')
    await eventually(() => lines(page)).toEqual(['fresh@example.net'])
  })

  test('suppressions: by reason, found, added, imported, lifted', async () => {
    const page = await open('/suppressions')
    await eventually(() => lines(page)).toContain('angry@example.org')
    await page.getByRole('button', { name: 'Suppress…' }).click()
    await page.getByLabel('Address', { exact: true }).fill('never@example.net')
    await answer(page, 'Suppress')
    await page.getByRole('button', { name: 'By hand' }).click()
    await eventually(() => lines(page)).toEqual(['never@example.net'])
    await page.locator('.line').click()
    await page.getByRole('link', { name: 'Show the subscriber' }).click()
    await page.getByRole('heading', { name: 'There is no such subscriber' }).waitFor()
    await page.goBack()
    await page.locator('.line').click()
    await page.getByText('Lifting it does not subscribe anybody').waitFor()
    await answer(page, 'Lift the suppression')
    await page.getByRole('heading', { name: 'No suppression matches' }).waitFor()
    await page.locator('.people-do').getByRole('link', { name: 'Import' }).click()
    const csv = 'email,reason\nbounced@example.net,bounce\n'
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'b.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Import 1 suppression', exact: true }).click()
    await page.getByRole('link', { name: 'Show the suppressions' }).click()
    await page.getByRole('button', { name: 'Bounced' }).click()
    await eventually(() => lines(page)).toEqual(['bounced@example.net'])
  })
})
