// The links of mails: unsubscribing by one click, and confirming (double opt-in).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, type ListApp } from '../support/list-app.ts'
import { DAY, HOUR, NOON } from '../support/list-lab.ts'

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
const pathOf = (url: string) => new URL(url).pathname

function isPlainPage({ headers, text }: { headers: Record<string, unknown>; text: string }): void {
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
  })
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; form-action 'self'/,
  )
  expect(headers['set-cookie']).toBeUndefined()
  expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
  expect(text).toMatch(/<title>.+<\/title>[^]*<main>\n<h1>/)
  expect(text).not.toMatch(/<script|<style|style=|onclick/)
}

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
    expect(page.text).not.toContain('<form')
    expect(await isSubscribed()).toBe(false)
    expect((await app.list.get(id))?.suppressed).toMatchObject({ reason: 'unsubscribe', source: 'link' })
  })

  test('POST any number of times is 200, and tells once that it was the first', async () => {
    for (let n = 0; n < 3; n++) expect((await call('POST')).status).toBe(200)
    const told = { subscriberId: id, delivery, at: NOON }
    expect(app.unsubscriptions).toEqual([
      { ...told, first: true },
      { ...told, first: false },
      { ...told, first: false },
    ])
  })

  test('POST from any origin works', async () => {
    const headers = { origin: 'null', 'sec-fetch-site': 'cross-site' }
    expect((await app.call({ method: 'POST', url: path, headers })).status).toBe(200)
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
    id = (await app.post('/subscribe', { email: 'ann@example.com' })).body.id
    expect((await call('POST')).status).toBe(200)
    expect(await isSubscribed()).toBe(false)
  })

  test('of a reader who is gone is 200', async () => {
    await app.remove('/subscribe')
    const gone = pathOf(app.links.unsubscribeUrl({ subscriberId: id }))
    expect((await call('GET', gone)).status).toBe(200)
    expect((await call('POST', gone)).status).toBe(200)
  })

  test('forged is a page with 404, the same for every forgery', async () => {
    const token = path.split('/')[2] as string
    const confirmation = pathOf(app.links.confirmUrl(id, NOON + DAY)).split('/')[2] as string
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

describe('double opt-in', () => {
  let app: ListApp
  beforeAll(async () => void (app = await startListApp({ doubleOptIn: true })))
  beforeEach(async () => {
    await app.wipe()
    app.mails.length = 0
    app.mailer.broken = false
  })
  afterAll(() => app?.close())
  const ask = () => app.post('/subscribe', { email: 'Ann@Example.com', name: 'Ann' })
  const call = (method: 'GET' | 'POST', url: string) => app.call({ method, url })
  const link = () => pathOf(app.mails.at(-1)?.url ?? '')

  test('POST is 201 with subscribed false, and a mail with a link that lasts a week', async () => {
    expect(await ask()).toMatchObject({ status: 201, body: { subscribed: false, email: 'Ann@Example.com' } })
    expect(app.mails).toEqual([
      {
        to: 'Ann@Example.com',
        url: expect.stringMatching(/^https:\/\/hub\.example\.com\/confirm\/[\w-]{20,}$/),
        expiresAt: NOON + 7 * DAY,
      },
    ])
  })

  test('the link shows a page that confirms nobody, and its button confirms', async () => {
    await ask()
    const page = await call('GET', link())
    expect(page.status).toBe(200)
    isPlainPage(page)
    expect(page.text).toContain('<form method="post"><button type="submit">Confirm</button></form>')
    expect((await app.reader('ann@example.com')).subscribed).toBe(false)
    app.clock.now += HOUR
    const done = await call('POST', link())
    expect(done.status).toBe(200)
    isPlainPage(done)
    expect(await app.reader('ann@example.com')).toMatchObject({
      subscribed: true,
      updated_at: '2026-03-10T13:00:00.000Z',
    })
    expect((await call('POST', link())).status).toBe(200)
    expect((await ask()).status).toBe(409)
  })

  test('the audience counts one who confirmed as subscribed since then', async () => {
    await ask()
    app.clock.now += HOUR
    await call('POST', link())
    const { db, tables } = app.sql
    const rows = await app.sql.read(
      db.select({ at: tables.subscribers.subscribedAt }).from(tables.subscribers),
    )
    expect(rows).toEqual([{ at: NOON + HOUR }])
  })

  test('is sent again at most once an hour', async () => {
    await ask()
    app.clock.now += HOUR - 1
    expect((await ask()).status).toBe(201)
    expect(app.mails).toHaveLength(1)
    app.clock.now += 1
    await ask()
    expect(app.mails).toHaveLength(2)
  })

  test('a mail that cannot be sent is 503, and the next try sends it', async () => {
    app.mailer.broken = true
    expect(await ask()).toMatchObject({ status: 503, body: { error: { code: 'subscriber.not_asked' } } })
    app.mailer.broken = false
    expect((await ask()).status).toBe(201)
    expect(app.mails).toHaveLength(1)
  })

  test('an expired or forged link is a page with 404, and confirms nobody', async () => {
    await ask()
    const forged = `/confirm/B${link().slice('/confirm/'.length + 1)}`
    const unsubscribing = app.links.unsubscribeUrl({ subscriberId: (await app.reader('ann@example.com')).id })
    const isRefused = async (path: string) => {
      for (const method of ['GET', 'POST'] as const) {
        const page = await call(method, path)
        expect(page.status).toBe(404)
        isPlainPage(page)
      }
    }
    const other = `/confirm/${pathOf(unsubscribing).split('/')[2]}`
    for (const path of [forged, '/confirm/x', other]) await isRefused(path)
    app.clock.now += 7 * DAY
    await isRefused(link())
    expect((await app.reader('ann@example.com')).subscribed).toBe(false)
  })

  test('a link does not bring back one who has left since', async () => {
    await ask()
    await call('POST', link())
    await app.patch('/subscribe', { email: 'ann@example.com' })
    expect((await call('POST', link())).status).toBe(404)
    expect((await app.reader('ann@example.com')).subscribed).toBe(false)
  })

  test('one who had left by a link stays so until confirming', async () => {
    await ask()
    await call('POST', link())
    const { id } = await app.reader('ann@example.com')
    await call('POST', pathOf(app.links.unsubscribeUrl({ subscriberId: id })))
    app.clock.now += HOUR
    expect((await ask()).body).toMatchObject({ subscribed: false, suppressed: { reason: 'unsubscribe' } })
    await call('POST', link())
    expect(await app.reader('ann@example.com')).toMatchObject({ subscribed: true, suppressed: null })
  })
})
