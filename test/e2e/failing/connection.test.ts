// What the page says of its connection: gaps lie where they are, and what is refused for good leads to the sign-in.
import type { Page, WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import { live, mailEvent } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'

const lab = usePageLab()

type Frame = { type: string; cursor: string; data?: { msg: { subject: string } } }

/** A wire between page and hub that loses an event and tells so, as a hub does that no longer has it. */
async function loseEvents(page: Page): Promise<void> {
  await page.routeWebSocket(/\/ws\/email/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((text) => {
      const frame = JSON.parse(String(text)) as Frame
      const lost = frame.data?.msg.subject === 'Lost'
      const gap = { type: 'gap', from: '1-0', to: frame.cursor, reason: 'reset' }
      socket.send(lost ? JSON.stringify(gap) : String(text))
    })
  })
}

test('a gap is a line in the list, where it lies', async () => {
  const { page, problems, close } = await lab.open({ before: loseEvents, path: '/?tag=gap' })
  await live(page)
  await lab.hub.post(['Before', 'Lost', 'After'].map((subject) => mailEvent({ subject, tags: ['gap'] })))
  const lines = page.locator('.line')
  await eventually(() => lines.count()).toBe(3)
  expect(await lines.nth(0).innerText()).toContain('After')
  expect(await lines.nth(1).innerText()).toMatch(/^Gap \d\d:\d\d/)
  expect(await lines.nth(2).innerText()).toContain('Before')
  expect(problems).toEqual([])
  await close()
})

test('catching up and reconnecting are told apart from live', async () => {
  const sockets: WebSocketRoute[] = []
  let held = false
  const { page, close } = await lab.open({
    before: (opened) =>
      opened.routeWebSocket(/\/ws\/email/, (socket) => {
        sockets.push(socket)
        const server = socket.connectToServer()
        server.onMessage((text) => {
          if (!held || (JSON.parse(String(text)) as Frame).type === 'hello') socket.send(text)
        })
      }),
  })
  await live(page)
  held = true
  await page.route('**/api/events?*', async (route) => route.continue())
  await sockets.at(-1)?.close({ code: 1012 })
  await lab.hub.post([mailEvent({ subject: 'Meanwhile' }), mailEvent({ subject: 'And again' })])
  await page.locator('.state', { hasText: /^Catching up/ }).waitFor()
  await eventually(() => page.title()).toBe('Live · Mail Event Hub')
  await close()
})

test('a socket that is closed with 4401 leads to the sign-in', async () => {
  const sockets: WebSocketRoute[] = []
  const { page, close } = await lab.open({
    before: (opened) =>
      opened.routeWebSocket(/\/ws\/email/, (socket) => {
        socket.connectToServer()
        sockets.push(socket)
      }),
  })
  await live(page)
  await sockets.at(-1)?.close({ code: 4401, reason: 'not signed in' })
  await page.getByLabel('API token').waitFor()
  await close()
})
