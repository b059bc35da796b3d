// `npm run screenshot`: the page with simulated events, as docs/dashboard.png, in the dark, and on a phone.
import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core'
import { simulateEvents } from '../../simulator/events.ts'
import { live, openBrowser, openPage, runHub, TOKEN, type RunningHub } from '../support/browser.ts'

/** A seed whose last events are of many kinds, and of one mail with a long story. */
const SEED = 302
const EVENTS = 600
const STORY_MS = 9 * 60_000
/** So many lines are in sight beside the inspector. */
const IN_SIGHT = 14
const FOLDER = new URL('../../docs/', import.meta.url)

type Shot = BrowserContextOptions & { readonly file: string; readonly inspect: boolean }

const DESK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5, inspect: true }
const SHOTS: readonly Shot[] = [
  { ...DESK, file: 'dashboard.png', colorScheme: 'light' },
  { ...DESK, file: 'dashboard-dark.png', colorScheme: 'dark' },
  {
    file: 'dashboard-phone.png',
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 1.5,
    inspect: false,
  },
]

// The hub ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const hub = await runHub()
const browser = await openBrowser()
try {
  await mkdir(FOLDER, { recursive: true })
  await tellStory(hub)
  for (const shot of SHOTS) await take(browser, shot)
} finally {
  await browser.close()
  await hub.close()
}

/** Some minutes of events, posted at once: their ages are in them. */
async function tellStory({ post }: RunningHub): Promise<void> {
  const start = Date.now() - STORY_MS
  let told = 0
  const events = simulateEvents({ seed: SEED, now: () => start + (told * STORY_MS) / EVENTS })
  const texts: string[] = []
  for (; told < EVENTS; told += 1) texts.push(events.next().value.text)
  // The simulator's hostile subjects are for the tests; here they would only puzzle.
  await post(`[${texts.filter((text) => !text.includes('onerror')).join(',')}]`)
}

async function take(browser: Browser, { file, inspect, ...options }: Shot): Promise<void> {
  const { page, close } = await openPage(browser, hub, {
    ...options,
    reducedMotion: 'reduce',
    before: fillHour,
  })
  await live(page)
  await page.locator('.line').first().waitFor()
  if (inspect) await openStory(page)
  await page.screenshot({ path: new URL(file, FOLDER).pathname })
  await close()
}

// The hub has only just been started: for the picture, the hour before gets events, too.
async function fillHour(page: Page): Promise<void> {
  await page.route('**/api/stats?minutes=60', (route: Route) => {
    const current = Math.floor(Date.now() / 60_000)
    const minutes = Array.from({ length: 60 }, (_, index) => ({
      minute: new Date((current - 59 + index) * 60_000).toISOString(),
      counts: countsAt(index),
    }))
    return route.fulfill({ json: { minutes } })
  })
}

/** A campaign begins at minute 14: mails go out, then they are delivered, opened and clicked. */
function countsAt(minute: number): Record<string, number> {
  const wave = (start: number, rise: number, fall: number) => {
    const since = Math.max(0, minute - start)
    return since === 0 ? 0 : (1 - Math.exp(-since / rise)) * Math.exp(-since / fall)
  }
  const ripple = 1 + 0.16 * Math.sin(minute * 1.9) + 0.1 * Math.sin(minute * 4.7)
  const amounts = {
    sent: 18 + 420 * wave(14, 2, 12),
    delivered: 15 + 390 * wave(15, 2, 13),
    opened: 9 + 240 * wave(16, 9, 26),
    clicked: 2 + 60 * wave(18, 10, 26),
    deferred: 2 + 34 * wave(16, 4, 9),
    bounced: 1 + 26 * wave(15, 2, 8),
  }
  return Object.fromEntries(
    Object.entries(amounts).map(([kind, amount]) => [kind, Math.round(amount * ripple)]),
  )
}

/** Opens the line in sight whose mail has the longest story. */
async function openStory(page: Page): Promise<void> {
  const ids = await page
    .locator('.line')
    .evaluateAll((lines) => lines.map((line) => line.id.replace('event-', '')))
  const lengths = await Promise.all(ids.slice(0, IN_SIGHT).map(storyLength))
  const best = lengths.indexOf(Math.max(...lengths))
  await page.locator('.line').nth(best).click()
  await page
    .locator('.timeline li')
    .nth(Math.max(0, (lengths[best] ?? 1) - 1))
    .waitFor()
  await page.mouse.move(0, 0)
}

async function storyLength(cursor: string): Promise<number> {
  const headers = { authorization: TOKEN }
  const read = async (path: string) => (await fetch(hub.url + path, { headers })).json()
  const { events } = (await read('/api/events?limit=200')) as {
    events: { cursor: string; data: { _id?: string } }[]
  }
  const id = events.find((event) => event.cursor === cursor)?.data['_id']
  if (!id) return 0
  const story = (await read(`/api/messages/${id}`)) as { events: { kind: string }[] }
  // A click says the most.
  return story.events.length * (story.events.some(({ kind }) => kind === 'clicked') ? 1 : 0.5)
}
