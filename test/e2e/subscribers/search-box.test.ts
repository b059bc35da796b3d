// The box that one searches subscribers and deliveries with: what is typed, pasted or composed is asked for, once one pauses, as it is.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { paste } from '../../support/page/in-page.js'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const HOSTILE = '"><img src=x onerror="document.title=\'owned\'">%_\\\u202e&q=x#'

const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  for (const [email, name] of [
    ['ada@example.org', 'Ada Byron'],
    ['bob@example.org', '김민수'],
    ['eve@other.example', 'Eve'],
  ] as const)
    await people.subscribe(email, name)
})

/** Looks at the subscribers, and at what the hub is asked for meanwhile. */
async function open(path = '/dashboard/subscribers') {
  const asked: string[] = []
  const { page, problems, close } = await lab.open({ path })
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname === '/subscribe') asked.push(searchParams.get('q') ?? '')
  })
  await page.locator('.line').first().waitFor()
  const box = page.getByRole('textbox', { name: 'Part of an address or name' })
  return { page, box, asked, problems, close }
}

const found = (page: Page) => page.locator('.line .email').allInnerTexts()
const q = (page: Page) => new URL(page.url()).searchParams.get('q') ?? ''

test('what is typed is found, by the keys alone; Enter asks for nothing twice, and back leads back', async () => {
  const { page, box, asked, problems, close } = await open()
  await page.keyboard.press('/')
  await page.locator('.search input:focus').waitFor()
  await box.pressSequentially('ada', { delay: 5 })
  await eventually(() => found(page)).toEqual(['ada@example.org'])
  expect([q(page), asked.at(-1)]).toEqual(['ada', 'ada'])
  // Enter does not wait for the pause, and asks for nothing twice.
  const before = asked.length
  await box.press('Enter')
  await box.fill('')
  await box.press('Enter')
  await eventually(() => found(page)).toHaveLength(3)
  expect(asked.slice(before)).toEqual([''])
  await page.getByRole('button', { name: 'Gets mail', exact: true }).click()
  await eventually(() => page.url()).toContain('mailable=true')
  await page.goBack()
  await eventually(() => page.url()).not.toContain('mailable')
  expect(problems).toEqual([])
  await close()
})

test('what one pastes, hostile words among it, is searched for as it is, and comes back with the address', async () => {
  const { page, box, asked, problems, close } = await open()
  await box.focus()
  await box.evaluate(paste, HOSTILE)
  await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
  expect([q(page), asked.at(-1)]).toEqual([HOSTILE, HOSTILE])
  await page.reload()
  await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
  expect(await box.inputValue()).toBe(HOSTILE)
  expect([await page.locator('#page img[src="x"]').count(), await page.title()]).toEqual([
    0,
    'Subscribers · Mail Event Hub',
  ])
  // The way out empties the box, too.
  await page.getByRole('button', { name: 'Show all subscribers' }).click()
  await eventually(() => found(page)).toHaveLength(3)
  expect(await box.inputValue()).toBe('')
  expect(problems).toEqual([])
  await close()
})

test('letters that are being composed are searched for as they stand, and nothing disturbs them', async () => {
  const { page, box, asked, close } = await open()
  const keys = await page.context().newCDPSession(page)
  await box.focus()
  for (const text of ['ㄱ', '기', '김'])
    await keys.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 })
  // The last syllable of a Korean word stays open until the next key.
  await eventually(() => found(page)).toEqual(['bob@example.org'])
  expect(await box.inputValue()).toBe('김')
  await keys.send('Input.insertText', { text: '김' })
  await box.pressSequentially('민')
  await eventually(() => q(page)).toBe('김민')
  expect([await box.inputValue(), asked.filter((text) => text === '김')]).toEqual(['김민', ['김']])
  await close()
})

test('blanks around are none, and one that is too long is not asked for', async () => {
  const { page, box, asked, close } = await open()
  await box.fill('   ')
  await box.press('Enter')
  await box.fill('  eve ')
  await eventually(() => found(page)).toEqual(['eve@other.example'])
  expect(q(page)).toBe('eve')
  // What is typed stays as it was typed.
  expect(await box.inputValue()).toBe('  eve ')
  await box.evaluate(paste, 'x'.repeat(5_000))
  await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
  expect(asked.at(-1)).toHaveLength(200)
  await close()
})

test('an answer that comes late does not stand for what is asked for now', async () => {
  const { page, box, close } = await open()
  const held: (() => Promise<void>)[] = []
  await page.route(/\/subscribe\?.*q=ada/, (route) => void held.push(() => route.continue()))
  await box.fill('ada')
  await eventually(() => held.length).toBe(1)
  await box.fill('eve')
  await eventually(() => found(page)).toEqual(['eve@other.example'])
  await held[0]?.().catch(() => {})
  await eventually(() => found(page)).toEqual(['eve@other.example'])
  await close()
})
