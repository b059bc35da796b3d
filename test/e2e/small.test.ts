// Live where there is little room: at 400 % an event is read all the same; the strip's words are whole, and stay in place.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  choose,
  live,
  mailEvents,
  refuse,
  subjects,
  TOKEN,
  withoutSetupFrames,
} from '../support/page/browser.ts'
import { eventually } from '../support/eventually.ts'
import { usePageLab } from '../support/page/page-lab.ts'
import { peopleOf } from '../support/page/people.ts'
import {
  focused,
  ignoreHubTime,
  isSeen,
  isWhole,
  layoutShifts,
  overflow,
  watchLayoutShifts,
} from '../support/page/in-page.js'

const lab = usePageLab((hub) => hub.post(mailEvents(20, (index) => ({ subject: `Mail ${index}` }))))

const seen = (page: Page, selector: string) => page.locator(selector).first().evaluate(isSeen)

test('at 320 × 256 an event is read, and what stands above the list is scrolled to', async () => {
  const { page, problems, close } = await lab.open({ viewport: { width: 320, height: 256 } })
  await live(page)
  await page.locator('.line').first().waitFor()
  expect(await seen(page, '.line .subject')).toBe(true)
  expect(await page.evaluate(overflow)).toBe(0)
  expect(await seen(page, '.plot')).toBe(false)
  await page.getByRole('button', { name: 'Chart, search and filter' }).click()
  await eventually(() => seen(page, '.plot')).toBe(true)
  await page.keyboard.press('/')
  await eventually(() => seen(page, '.event-search input')).toBe(true)
  await page.keyboard.press('Escape')
  await choose(page, 'j', (await subjects(page))[0] ?? '')
  await page.keyboard.press('Enter')
  await page.locator('.timeline li').first().waitFor()
  await eventually(() => seen(page, '.inspector h2')).toBe(true)
  await page.locator('.timeline li').first().scrollIntoViewIfNeeded()
  await eventually(() => seen(page, '.timeline strong')).toBe(true)
  expect(problems).toEqual([])
  await close()
})

test('at 320 × 256 a filter that nothing matches says so at first sight', async () => {
  const { page, close } = await lab.open({ viewport: { width: 320, height: 256 }, path: '/?q=nothing' })
  await page.getByRole('heading', { name: 'No event matches' }).waitFor()
  await eventually(() => seen(page, '.empty h2')).toBe(true)
  await eventually(() => seen(page, '.empty .main')).toBe(true)
  await page.getByRole('button', { name: 'Filtered: chart, search and filter' }).click()
  await eventually(() => seen(page, '.plot')).toBe(true)
  await close()
})

test('at 320 × 256 what can be exported is offered within the screen', async () => {
  const { page, close } = await lab.open({ viewport: { width: 320, height: 256 } })
  await live(page)
  await page.locator('.event-export summary').click()
  const [left = -1, right = 999] = await page.locator('.event-export > div').evaluate((menu) => {
    const box = menu.getBoundingClientRect()
    return [box.left, box.right]
  })
  expect(left).toBeGreaterThanOrEqual(0)
  expect(right).toBeLessThanOrEqual(320)
  await close()
})

test('the kind that an address asks for is seen, however far to the right it stands', async () => {
  const { page, close } = await lab.open({
    viewport: { width: 390, height: 800 },
    path: '/?events=complained',
  })
  await live(page)
  await eventually(() => seen(page, '.switches [aria-pressed=true]')).toBe(true)
  await close()
})

test('on a phone a campaign stands right below the other', async () => {
  for (const subject of ['One', 'Two', 'Three'])
    await fetch(`${lab.hub.url}/campaigns`, {
      method: 'POST',
      headers: { authorization: TOKEN, 'content-type': 'application/json' },
      body: JSON.stringify({ subject, content: 'Hello' }),
    })
  const { page, close } = await lab.open({
    viewport: { width: 390, height: 800 },
    path: '/dashboard/campaigns',
  })
  const steps = () =>
    page.locator('.campaigns .line').evaluateAll((lines) => {
      const tops = lines.map((line) => line.getBoundingClientRect().top)
      return tops.slice(1).map((top, index) => top - (tops[index] ?? 0))
    })
  await eventually(steps).toEqual([56, 56])
  await page.setViewportSize({ width: 320, height: 256 })
  const numbers = page.locator('.campaigns .numbers').first()
  await numbers.evaluate((part) => (part.textContent = '312,345 sent · 123,456 opened · 12,345 clicked'))
  await eventually(() => numbers.evaluate(isWhole)).toBe(true)
  await close()
})

test('at 320 × 256 a question begins with its first words, its answers in sight, and gives the focus back', async () => {
  const people = peopleOf(lab.hub)
  await people.import('email\nann@example.com\nleft@example.com\nangry@example.com')
  await people.leave('left@example.com')
  await people.suppress('angry@example.com', 'complaint')
  const { id } = await people.call<{ id: string }>('POST', '/campaigns', {
    subject: 'News',
    content: 'Hello',
  })
  const { page, close } = await lab.open({
    viewport: { width: 320, height: 256 },
    path: `/dashboard/campaigns/${id}`,
  })
  await page.getByRole('button', { name: 'Send…' }).click()
  await page.getByRole('dialog').getByText('suppressed: complaint').waitFor()
  for (const part of ['h2', 'button.plain', 'button.main'])
    await eventually(() => seen(page, `.question ${part}`)).toBe(true)
  await page.keyboard.press('Escape')
  await eventually(() => page.evaluate(focused)).toContain('Send…')
  await close()
  // The tests come in any order, and another counts the campaigns.
  await people.call('DELETE', `/campaigns/${id}`)
})

const LONG_PROBLEM = 'The database cannot be reached'

const places = (page: Page) =>
  page
    .locator('.strip > :is(.state, .last, .rate)')
    .evaluateAll((parts) => parts.map((part) => part.offsetLeft))
/** Whose words have no room. */
const cut = (page: Page) =>
  page
    .locator('.strip > :is(.last, .rate, .problems)')
    .evaluateAll((parts) =>
      parts.filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.className),
    )

test("the strip's words are whole at every width, and nothing moves when they change", async () => {
  const { page, close } = await lab.open()
  await live(page)
  const look = async (arrange: () => Promise<unknown>) => {
    const found: Record<number, number[]> = {}
    for (const width of [1440, 1280, 1200, 1000, 800, 768, 642, 390, 320]) {
      await page.setViewportSize({ width, height: 800 })
      await arrange()
      expect([width, await cut(page), await seen(page, '.strip .state strong')]).toEqual([width, [], true])
      found[width] = await places(page)
    }
    return found
  }
  await page.locator('.strip .last time').first().waitFor()
  const before = await look(async () => {})
  await refuse(lab.hub)
  const problem = page.locator('.strip .problems')
  await problem.waitFor()
  const after = await look(async () => {
    expect(await problem.innerText()).toBe('1 refused webhook')
    expect(await seen(page, '.problems > span')).toBe(true)
    await page.locator('.strip .rate .number').evaluate((number) => (number.textContent = '12,345'))
    await page.locator('.strip .last time .wide').evaluate((time) => (time.textContent = '59 minutes ago'))
    await page.locator('.strip .last time .narrow').evaluate((time) => (time.textContent = '59 min'))
  })
  expect(after).toEqual(before)
  await close()
})

/** Only the socket tells it. */
const withoutSetup = (page: Page) => page.route('**/api/setup', () => {})

/** The socket as it is, but for the set-up, which is as the test says, and for what is held back. */
function retold() {
  let last: { setup: object } | undefined
  let more = {}
  let send: ((frame: object) => void) | undefined
  let held: (() => void)[] | undefined = []
  const tell = (next: object) => {
    more = next
    if (last) send?.({ ...last, setup: { ...last.setup, refused: [], quarantine: 0, ...more } })
  }
  return {
    tell,
    isTold: () => last !== undefined,
    letGo() {
      held?.forEach((each) => each())
      held = undefined
    },
    before: (page: Page) =>
      page.routeWebSocket(/\/ws\/email/, (socket) => {
        const server = socket.connectToServer()
        send = (frame) => socket.send(JSON.stringify(frame))
        server.onMessage((text) => {
          const frame = JSON.parse(String(text)) as { type: string; setup: object }
          if (frame.type === 'setup') {
            last = frame
            tell(more)
          } else if (frame.type === 'position' && held) held.push(() => socket.send(text))
          else socket.send(text)
        })
      }),
  }
}

const refusal = (reason: string) => {
  const at = '2026-11-27T12:00:00.000Z'
  return { at, since: at, count: 1, reason, hint: null }
}

test.each([320, 390, 768, 1000, 1280])(
  'at %d, a problem that comes, another one and a new state move nothing',
  async (width) => {
    const socket = retold()
    const { page, close } = await lab.open({
      viewport: { width, height: 800 },
      async before(page) {
        await page.clock.setFixedTime(new Date())
        await page.addInitScript(ignoreHubTime)
        await page.addInitScript(watchLayoutShifts)
        await withoutSetup(page)
        await socket.before(page)
      },
    })
    const strip = page.locator('.strip')
    const says = (problem: string) => strip.locator(`.problems[title="${problem}"]`).waitFor()
    await eventually(() => socket.isTold()).toBe(true)
    socket.tell({ quarantine: 1 })
    await says('1 event in quarantine')
    await page.locator('.line').first().waitFor()
    socket.letGo()
    await live(page)
    socket.tell({ quarantine: 1, refused: [refusal('no signature')] })
    await says('1 refused webhook, 1 event in quarantine')
    await page.getByRole('button', { name: 'Pause' }).click()
    await strip.locator('.state', { hasText: 'Live, list paused' }).waitFor()
    socket.tell({ quarantine: 2 })
    await says('2 events in quarantine')
    socket.tell({})
    await strip.locator('.problems').waitFor({ state: 'detached' })
    expect((await page.evaluate(layoutShifts)).filter((shift) => /problems|strip/.test(shift))).toEqual([])
    await close()
  },
)

test('a problem of many words is whole, too, at every width', async () => {
  const { page, close } = await lab.open({
    before: (page) =>
      page
        .route('**/api/setup', (route) =>
          route.fulfill({
            status: 503,
            json: { error: { code: 'archive.unavailable', message: LONG_PROBLEM } },
          }),
        )
        .then(() => withoutSetupFrames(page)),
  })
  await live(page)
  const problem = page.locator('.problems > span')
  await problem.waitFor()
  for (const width of [1280, 1000, 768, 642, 390, 320]) {
    await page.setViewportSize({ width, height: 800 })
    const whole = async () => [
      width,
      await problem.innerText(),
      await problem.evaluate(isWhole),
      await cut(page),
    ]
    await eventually(whole).toEqual([width, LONG_PROBLEM, true, []])
  }
  // A state of more words has its place beside it.
  await page.getByRole('button', { name: 'Pause' }).click()
  const word = page.locator('.strip .state strong', { hasText: 'Live, list paused' })
  await word.waitFor()
  for (const width of [768, 642, 390, 320]) {
    await page.setViewportSize({ width, height: 800 })
    const gap = async () => {
      const [left, right] = await Promise.all([word.boundingBox(), page.locator('.problems').boundingBox()])
      return (right?.x ?? 0) - ((left?.x ?? 0) + (left?.width ?? 0))
    }
    await eventually(gap).toBeGreaterThan(0)
    await eventually(async () => [width, await word.evaluate(isWhole), await cut(page)]).toEqual([
      width,
      true,
      [],
    ])
  }
  await close()
})
