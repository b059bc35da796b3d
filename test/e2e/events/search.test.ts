// The search box of Live: what one types is answered with what it may mean, and what is chosen filters list, chart and socket.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent, subjects, TOKEN } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { pressComposing } from '../../support/page/in-page.js'
import { usePageLab } from '../../support/page/page-lab.ts'

const HOSTILE = '<img src=x onerror="document.title=\'owned\'">\u202e"&'
const CLICK = { event: 'click', more: { url: 'https://garden.example/roses' } }
/** A click says its link. */
const LINK = 'Thorns\ngarden.example/roses'
let campaign = ''

const lab = usePageLab(async (hub) => {
  const answer = await fetch(`${hub.url}/campaigns`, {
    method: 'POST',
    headers: { authorization: TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ subject: '{{name|Friend}}, the garden opens', content: '<p>Come</p>' }),
  })
  campaign = ((await answer.json()) as { id: string }).id
  await hub.post([
    mailEvent({ id: 'm-1', email: 'ada@mail.example', subject: 'Your order, Ada', tags: ['order'] }),
    mailEvent({ id: 'm-2', email: 'bob@garden.example', subject: 'Bob, roses', tags: [HOSTILE], campaign }),
    mailEvent({ id: 'm-3', email: 'eve@mail.example', subject: 'Thorns', ...CLICK }),
  ])
})

async function withPage(look: (page: Page) => Promise<void>, path = '/'): Promise<void> {
  const { page, problems, close } = await lab.open({ path })
  await live(page)
  await eventually(async () => (await subjects(page)).length).toBeGreaterThan(0)
  await look(page)
  expect(problems).toEqual([])
  await close()
}

const box = (page: Page) => page.getByRole('combobox', { name: 'Search the events' })
const offered = (page: Page) =>
  page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option').allInnerTexts()
const asked = (page: Page) => new URL(page.url()).searchParams.toString()

test.each([
  ['ada@m', 'Address or words', ['Your order, Ada'], 'q=ada%40m'],
  ['ord yo', 'Address or words', ['Your order, Ada'], 'q=ord+yo'],
  ['m-3', 'Message id', [LINK], 'message=m-3'],
  ['https://garden.example/roses', 'Link', [LINK], 'url=https%3A%2F%2Fgarden.example%2Froses'],
])('Enter takes the first meaning: %s', async (text, word, found, query) =>
  withPage(async (page) => {
    await page.keyboard.press('/')
    await page.keyboard.type(text)
    await eventually(async () => (await offered(page))[0]?.split('\n')).toEqual([word, text])
    await page.keyboard.press('Enter')
    await eventually(() => subjects(page)).toEqual(found)
    expect(asked(page)).toBe(query)
    await page.reload()
    await eventually(() => subjects(page)).toEqual(found)
    await page.getByRole('button', { name: `Remove ${word} ${text}` }).click()
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(2)
    await page.goBack()
    await eventually(() => subjects(page)).toEqual(found)
  }),
)

test('a campaign is found by its name, and named in the mark and in the inspector', () =>
  withPage(async (page) => {
    await box(page).fill('garden op')
    await page.getByRole('option', { name: 'Campaign Friend, the garden opens' }).click()
    await eventually(() => subjects(page)).toEqual(['Bob, roses'])
    expect(asked(page)).toBe(`campaign=${campaign}`)
    await eventually(() => page.locator('.mark').innerText()).toContain('Friend, the garden opens')
    await page.locator('.line').click()
    await page.getByRole('complementary').getByRole('link', { name: 'Friend, the garden opens' }).waitFor()
  }))

test('what is there is offered before one types, arrows choose, Esc lets go', () =>
  withPage(async (page) => {
    await box(page).click()
    await eventually(() => offered(page)).toContain('Tag\norder')
    await eventually(async () => (await offered(page))[0]).toContain('Friend, the garden opens')
    // What comes meanwhile changes nothing under one's hands.
    const before = await offered(page)
    await lab.hub.post([mailEvent({ subject: 'New', tags: ['a-new-tag'] })])
    await eventually(async () => (await subjects(page))[0]).toBe('New')
    expect(await offered(page)).toEqual(before)
    await page.keyboard.press('ArrowUp')
    await eventually(async () => {
      const active = await box(page).getAttribute('aria-activedescendant')
      return active && page.locator(`#${active}`).getAttribute('aria-selected')
    }).toBe('true')
    await page.keyboard.press('Escape')
    await eventually(() => box(page).getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('ArrowDown')
    await eventually(() => box(page).getAttribute('aria-expanded')).toBe('true')
  }))

test('what the socket cannot filter by is filtered all the same while events come', () =>
  withPage(async (page) => {
    await eventually(() => subjects(page)).toEqual([LINK])
    await lab.hub.post([
      mailEvent({ subject: 'Not meant' }),
      mailEvent({ email: 'eve@mail.example', subject: 'Meant', event: 'open' }),
    ])
    await eventually(() => subjects(page)).toEqual(['Meant', LINK])
    const chart = page.getByRole('img', { name: /^Events in the last 5 minutes: 2 events/ })
    await chart.waitFor()
  }, '/?q=eve@mail'))

test('a mark that is taken away by the keys leaves one in the box; what was quoted is found', () =>
  withPage(async (page) => {
    await page.getByRole('button', { name: 'Remove Tag order' }).focus()
    await page.keyboard.press('Enter')
    await eventually(async () => (await subjects(page)).length).toBeGreaterThan(2)
    await page.locator('input[role=combobox]:focus').waitFor()
    await page.keyboard.type('"your order"')
    await eventually(async () => (await offered(page))[0]).toBe('Address or words\n"your order"')
    await page.keyboard.press('Enter')
    await eventually(() => subjects(page)).toEqual(['Your order, Ada'])
  }, '/?tag=order'))

test('while letters are being composed, Enter and arrows are the composition’s', () =>
  withPage(async (page) => {
    const before = page.url()
    const keys = await page.context().newCDPSession(page)
    await box(page).focus()
    for (const text of ['ㄱ', '가'])
      await keys.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 })
    await eventually(async () => (await offered(page))[0]).toBe('Address or words\n가')
    const press = (key: string) => box(page).evaluate(pressComposing, key)
    expect([await press('ArrowDown'), await press('Enter'), await press('Escape')]).toEqual([
      true,
      true,
      true,
    ])
    expect([page.url(), await box(page).inputValue()]).toEqual([before, '가'])
    await keys.send('Input.insertText', { text: '가' })
    await page.keyboard.press('Enter')
    await eventually(() => asked(page)).toBe('q=%EA%B0%80')
  }))

test('a time that is typed is gone to; hostile tags are text', () =>
  withPage(async (page) => {
    await box(page).fill('1 Jan 2026')
    await eventually(async () => (await offered(page))[0]).toContain('Go back to')
    await box(page).fill('onerror')
    await page.getByRole('option', { name: /^Tag.*img/ }).click()
    await eventually(() => subjects(page)).toEqual(['Bob, roses'])
    expect(await page.locator('.mark').innerText()).toContain('<img src=x')
    expect(await page.locator('.mark').innerText()).toContain('⟨202e⟩')
    expect(await page.title()).not.toContain('owned')
  }))
