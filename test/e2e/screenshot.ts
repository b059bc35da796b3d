// `npm run screenshot`: the pictures of the README, light and dark, of a demo as anybody can start it. No answer is mocked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../support/page/launch.ts'
import { freePort } from '../support/servers/server-process.ts'

const FOLDER = new URL('../../docs/', import.meta.url)
const SUBSCRIBERS = 9000
/** So much of the campaign has gone out when the pictures are taken: it runs, and there is something to see. */
const SENT = 6000
const TOKEN = 'the-token-of-the-screenshots'

type Campaign = { readonly id: string; readonly deliveries: { readonly sent: number } }
type Delivery = { readonly subscriber_id: string | null }

const port = await freePort()
const address = `http://localhost:${port}`
const dataDir = await mkdtemp(join(tmpdir(), 'hub-pictures-'))
const options = ['--subscribers', String(SUBSCRIBERS), '--life', '60', '--seed', '7']
// The demo ends with this process, also where that is stopped at this moment.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const demo = spawn(process.execPath, ['simulator/demo/demo.ts', ...options], {
  env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, API_TOKEN: TOKEN },
  stdio: ['ignore', 'ignore', 'inherit'],
})
const ended = once(demo, 'exit')
process.once('exit', () => demo.kill('SIGTERM'))

const browser = await openBrowser()
try {
  const { id } = await underWay()
  const [one] = await clicked(id)
  for (const colorScheme of ['light', 'dark'] as const) {
    await take(colorScheme, 'live', '/', openStory)
    await take(colorScheme, 'campaign', `/dashboard/campaigns/${id}`, (page) =>
      page.locator('.links li').first().waitFor(),
    )
    await take(colorScheme, 'subscriber', `/dashboard/subscribers/${one?.subscriber_id}`)
    await take(colorScheme, 'setup', '/dashboard/setup', (page) =>
      page.locator('.checklist .done').first().waitFor(),
    )
  }
} finally {
  await browser.close()
  demo.kill('SIGTERM')
  await ended
  await rm(dataDir, { recursive: true, force: true })
}

async function ask<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(address + path, { headers: { authorization: TOKEN } }).catch(() => undefined)
  return answer?.ok ? ((await answer.json()) as T) : undefined
}

async function underWay(): Promise<Campaign> {
  for (;;) {
    const campaign = (await ask<{ campaigns: Campaign[] }>('/campaigns'))?.campaigns[0]
    if (campaign && campaign.deliveries.sent >= SENT) return campaign
    if (demo.exitCode !== null) throw new Error('The demo ended before there was anything to see')
    await sleep(200)
  }
}

async function clicked(id: string): Promise<readonly Delivery[]> {
  const answer = await ask<{ deliveries: Delivery[] }>(`/campaigns/${id}/deliveries?people=clicked&limit=1`)
  return answer?.deliveries ?? []
}

async function take(
  colorScheme: 'light' | 'dark',
  name: string,
  path: string,
  arrange: (page: Page) => Promise<unknown> = async () => {},
): Promise<void> {
  const page = await signedIn(browser, colorScheme)
  await page.goto(address + path)
  await page.locator('.state', { hasText: /^Live/ }).waitFor()
  await page.locator('main h1, .line').first().waitFor({ state: 'attached' })
  await arrange(page)
  // What was asked for after the first answer is there, too.
  await page.waitForLoadState('networkidle').catch(() => {})
  await page.mouse.move(0, 0)
  const file = colorScheme === 'light' ? `${name}.png` : `${name}-dark.png`
  await page.screenshot({ path: new URL(file, FOLDER).pathname })
  await page.context().close()
}

async function signedIn(browser: Browser, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    reducedMotion: 'reduce',
    colorScheme,
  })
  await context.request.post(`${address}/api/session`, {
    data: { token: TOKEN },
    headers: { origin: address },
  })
  return context.newPage()
}

/** Opens a click among all that comes, and moves on meanwhile: its mail has a story. */
async function openStory(page: Page): Promise<void> {
  await page.locator('.line', { hasText: 'Clicked' }).first().dispatchEvent('click')
  await page.locator('.timeline li').nth(2).waitFor()
}
