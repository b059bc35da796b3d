// A whole hub, and a real browser that looks at it: what the tests of the page share.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { webhookRequest } from '../../../simulator/webhooks/batch.ts'
import { PATIENCE_MS, until } from '../eventually.ts'
import { startHub } from '../hub.ts'
import { spawnHub, type HubProcess } from '../process.ts'
import { freePort } from '../servers/server-process.ts'

export const TOKEN = 'the-api-token-of-the-browser-tests'
const KEY = 'a-webhook-key'

export type RunningHub = {
  readonly url: string
  readonly webhookUrl: string
  readonly dataDir: string
  /** A signed, form-encoded batch, as Mandrill sends it. Resolves when the hub has stored it. */
  post(events: readonly unknown[] | string): Promise<void>
  close(): Promise<void>
}

export type HubProgram = RunningHub & {
  /** kill -9: it gets no chance to tidy up. */
  kill(): Promise<void>
  /** The same port, the same data. */
  start(): Promise<void>
}

/** Where a hub is to be found, and what it is told of that. */
async function makePlace({ MANDRILL_WEBHOOK_URL }: Record<string, string>) {
  const port = String(await freePort())
  const url = `http://localhost:${port}`
  const webhookUrl = MANDRILL_WEBHOOK_URL ?? `${url}/api/hook`
  const settings = { API_TOKEN: TOKEN, MANDRILL_WEBHOOK_KEYS: KEY, MANDRILL_WEBHOOK_URL: webhookUrl }
  return { url, webhookUrl, settings: { PORT: port, PUBLIC_URL: url, ...settings } }
}

async function post(
  { url, webhookUrl }: Pick<RunningHub, 'url' | 'webhookUrl'>,
  events: readonly unknown[] | string,
): Promise<void> {
  const json = typeof events === 'string' ? events : JSON.stringify(events)
  const { headers, body } = webhookRequest(json, { key: KEY, webhookUrl })
  const response = await fetch(`${url}/api/hook`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The hook answered ${response.status}: ${await response.text()}`)
}

/** A hub in this process: a program of its own costs several times as much to start. */
export async function serveHub(env: Record<string, string> = {}): Promise<RunningHub> {
  const { settings, ...place } = await makePlace(env)
  const { dir: dataDir, close } = await startHub({ ...settings, ...env })
  return { ...place, dataDir, post: (events) => post(place, events), close }
}

/** Starts `node src/server.ts` with data of its own. */
export async function runHub(env: Record<string, string> = {}): Promise<HubProgram> {
  const { settings, ...place } = await makePlace(env)
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-page-'))
  let running: HubProcess | undefined

  async function start(): Promise<void> {
    running = spawnHub({ LOG_LEVEL: 'error', DATA_DIR: dataDir, ...settings, ...env })
    running.child.stderr?.pipe(process.stderr)
    await running.ready()
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    running?.child.kill(signal)
    await running?.exited
  }

  await start()
  return {
    ...place,
    post: (events) => post(place, events),
    dataDir,
    start,
    kill: () => stop('SIGKILL'),
    async close() {
      await stop('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A batch that is signed with another key: the hub refuses it, and says so in its set-up. */
export async function refuse({ url, webhookUrl }: RunningHub): Promise<void> {
  const { headers, body } = webhookRequest('[{"event":"send"}]', { key: 'another-key', webhookUrl })
  await fetch(`${url}/api/hook`, { method: 'POST', headers, body })
}

export type OpenPage = {
  readonly page: Page
  /** What went wrong so far: errors on the console, exceptions, and whatever the CSP had to stop. */
  readonly problems: readonly string[]
  close(): Promise<void>
}

export type PageOptions = BrowserContextOptions & {
  readonly path?: string
  readonly signedIn?: boolean
  /** What to arrange before the page is opened. */
  readonly before?: (page: Page) => Promise<unknown>
}

/** A browser profile of its own, with the page open in it. */
export async function openPage(
  browser: Browser,
  hub: RunningHub,
  { path = '/', signedIn = true, before, ...options }: PageOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const problems: string[] = []
  if (signedIn) {
    const headers = { origin: hub.url }
    const answer = await context.request.post(`${hub.url}/api/session`, { data: { token: TOKEN }, headers })
    if (!answer.ok()) throw new Error(`No session: ${answer.status()} (a hub takes 20 sign-ins a minute)`)
  }
  const page = await context.newPage()
  // Chromium tells of what the CSP stops on the console, too.
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  page.on('pageerror', (error) => void problems.push(String(error)))
  await before?.(page)
  await page.goto(hub.url + path)
  return { page, problems, close: () => context.close() }
}

let lastId = 0

export type Mail = {
  readonly event?: string
  readonly id?: string
  readonly email?: string
  readonly subject?: string
  readonly tags?: readonly string[]
  readonly campaign?: string
  readonly more?: object
}

/** An event as Mandrill tells it; each a mail of its own unless an id is given. */
export function mailEvent({ event = 'send', id, email, subject, tags = [], campaign, more }: Mail = {}) {
  const ts = Math.floor(Date.now() / 1000)
  const number = (lastId += 1)
  const messageId = id ?? `message${number}`
  const msg = {
    ts,
    _id: messageId,
    state: 'sent',
    email: email ?? `reader${number}@example.com`,
    subject: subject ?? `Letter ${number}`,
    tags,
    metadata: campaign ? { campaign_id: campaign } : [],
    sender: 'news@example.com',
  }
  return { event, ts, _id: messageId, msg, ...more }
}

export function mailEvents(count: number, mail: (index: number) => Mail = () => ({})) {
  return Array.from({ length: count }, (_, index) => mailEvent(mail(index)))
}

/** The subjects of the lines that exist in the document, from the top. */
export function subjects(page: Page): Promise<string[]> {
  return page.locator('.line .subject').allInnerTexts()
}

/** Steps through a list, and waits for the line that is chosen now: Enter is for that one. */
export async function choose(page: Page, key: 'j' | 'k', line: string): Promise<void> {
  await page.keyboard.press(key)
  await page.locator('.line[aria-selected=true]', { hasText: line }).waitFor()
}

/** `g` and the view's key, which must follow at once: a busy machine may be too late. */
export function go(page: Page, key: string, heading: string): Promise<void> {
  return until(async () => {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor({ timeout: 5_000 })
  })
}

/** Asks again where that is not done yet: what could not be had is tried again by itself, too. */
export async function tryAgain(where: Page | Locator): Promise<void> {
  for (const button of await where.getByRole('button', { name: 'Try again' }).all())
    await button.dispatchEvent('click', {}, { timeout: 1_000 }).catch(() => {})
}

/** The list is there, and the socket is at the head. */
export async function live(page: Page): Promise<void> {
  await page.locator('.state', { hasText: /^Live/ }).waitFor()
}

/** The set-up is not pushed to this page, as by a hub that cannot tell it. */
export async function withoutSetupFrames(page: Page): Promise<void> {
  await page.routeWebSocket(/\/ws\/email/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((text) => String(text).startsWith('{"type":"setup"') || socket.send(text))
  })
}
