// The link of every mail: unsubscribing by one click.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, type ListApp } from '../../support/list/list-app.ts'
import { isPlainPage, pathOf } from '../../support/page/plain-page.ts'
import { DAY, NOON } from '../../support/times.ts'

const CAMPAIGN = '01a20144-af1d-722a-9d98-6a215e4325f9'
const delivery = { campaignId: CAMPAIGN, deliveryId: '12-345' }
const ONE_CLICK = 'List-Unsubscribe=One-Click'
const MULTIPART = [
  '--x',
  'Content-Disposition: form-data; name="List-Unsubscribe"',
  '',
  'One-Click',
  '--x--',
  '',
].join('\r\n')

describe('/unsubscribe/{token}', () => {
  let app: ListApp
  let id: string
  let path: string
  beforeAll(async () => {
    app = await startListApp({
      addressOf: async ({ deliveryId }) => (deliveryId === '12-345' ? 'ann@example.com' : undefined),
    })
  })
  beforeEach(async () => {
    await app.wipe()
    app.unsubscriptions.length = 0
    id = (await app.post('/subscribe', { email: 'Ann@Example.com', name: 'Ann' })).body.id
    path = pathOf(app.links.unsubscribeUrl({ subscriberId: id, delivery }))
  })
  afterAll(() => app?.close())
  const call = (method: 'GET' | 'POST' | 'HEAD', url = path, payload?: string, type?: string) =>
    app.call({ method, url, payload, headers: type ? { 'content-type': type } : {} })
  const isSubscribed = async () => (await app.list.get(id))?.subscribed

  test('GET and HEAD show a page with a button, and change nothing', async () => {
    const page = await call('GET')
    expect(page.status).toBe(200)
    isPlainPage(page)
    expect(page.text).toContain('<form method="post"><button type="submit">Unsubscribe</button></form>')
    expect(page.text.toLowerCase()).not.toContain('ann')
    expect((await call('HEAD')).status).toBe(200)
    expect(await isSubscribed()).toBe(true)
  })

  test.each([
    ['a form, as RFC 8058 has it', ONE_CLICK, 'application/x-www-form-urlencoded'],
    ['multipart', MULTIPART, 'multipart/form-data; boundary=x'],
    ['an empty form, as the button sends it', '', 'application/x-www-form-urlencoded'],
    ['no body', undefined, undefined],
    ['a body without a type', 'x', undefined],
    ['broken JSON', '{', 'application/json'],
  ])('POST with %s unsubscribes, without cookie or redirect', async (_, payload, type) => {
    const page = await call('POST', path, payload, type)
    expect(page.status).toBe(200)
    isPlainPage(page)
    expect(page.text).toContain('You will get no more mail from The &#60;Garden&#62; Letter.')
    expect(await isSubscribed()).toBe(false)
    expect((await app.list.get(id))?.suppressed).toMatchObject({ reason: 'unsubscribe', source: 'link' })
  })

  test('POST any number of times is 200, and is told each time', async () => {
    for (let n = 0; n < 3; n++) expect((await call('POST')).status).toBe(200)
    const told = { delivery, at: NOON }
    expect(app.unsubscriptions).toEqual([told, told, told])
  })

  test('POST from any origin works', async () => {
    const headers = { origin: 'null', 'sec-fetch-site': 'cross-site' }
    expect((await app.call({ method: 'POST', url: path, headers })).status).toBe(200)
  })

  test.each(['foo', '/', 'a/b, c/d', ''])('POST works whatever its body is called: %j', async (type) => {
    const headers = { 'content-type': type, 'content-encoding': 'gzip' }
    expect((await app.call({ method: 'POST', url: path, headers, payload: 'x=y' })).status).toBe(200)
    expect(await isSubscribed()).toBe(false)
  })

  test('POST works with AUTH=off from a page without an origin', async () => {
    const open = await startListApp({ auth: 'off' })
    const headers = { host: 'localhost', origin: 'null' }
    expect((await open.call({ method: 'POST', url: path, headers })).status).toBe(200)
    expect((await open.call({ method: 'POST', url: '/subscribe', headers, payload: {} })).status).toBe(403)
    await open.close()
  })

  test('a final slash is ignored', async () => {
    expect((await call('POST', `${path}/`)).status).toBe(200)
    expect(await isSubscribed()).toBe(false)
  })

  test('a body beyond 64 KiB is 413', async () => {
    expect((await call('POST', path, 'x'.repeat(70_000), 'text/plain')).status).toBe(413)
  })

  test('still works for an address that was removed and came back', async () => {
    await app.remove('/subscribe')
    id = (await app.post('/subscribe', { email: 'ann@example.com', name: '' })).body.id
    expect((await call('POST')).status).toBe(200)
    expect(await isSubscribed()).toBe(false)
  })

  test('of a subscriber who is gone is 200', async () => {
    await app.remove('/subscribe')
    const gone = pathOf(app.links.unsubscribeUrl({ subscriberId: id }))
    expect((await call('GET', gone)).status).toBe(200)
    expect((await call('POST', gone)).status).toBe(200)
  })

  test('forged is a page with 404, the same for every forgery', async () => {
    const token = path.split('/')[2] as string
    const confirming = app.links.confirmUrl({ subscriberId: id, asked: NOON }, NOON + DAY)
    const confirmation = pathOf(confirming).split('/')[2] as string
    const forgeries = [
      `${token}A`,
      token.slice(0, -1),
      `B${token.slice(1)}`,
      'x',
      id,
      confirmation,
      `${token}=`,
    ]
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    const pages = new Set<string>()
    for (const forged of [...forgeries, token.slice(0, -1) + last])
      for (const method of ['GET', 'POST'] as const) {
        const page = await call(method, `/unsubscribe/${forged}`)
        expect(page.status).toBe(404)
        isPlainPage(page)
        pages.add(page.text)
      }
    expect(pages.size).toBe(1)
    expect(await isSubscribed()).toBe(true)
    expect(app.unsubscriptions).toEqual([])
  })
})
