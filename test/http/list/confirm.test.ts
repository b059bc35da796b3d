// Double opt-in: the mail, its link, and who is subscribed by it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, type ListApp } from '../../support/list/list-app.ts'
import { makeSuppression } from '../../support/list/list-lab.ts'
import { isPlainPage, pathOf } from '../../support/page/plain-page.ts'
import { DAY, HOUR, NOON } from '../../support/times.ts'

const UNSUB = { reason: 'unsubscribe', source: 'mandrill' } as const

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
  const annId = async () => (await app.subscriber('ann@example.com')).id
  const link = () => pathOf(app.mails.at(-1)?.url ?? '')

  test('POST is 201 with subscribed false, and a mail with a link that lasts a week', async () => {
    expect(await ask()).toMatchObject({ status: 201, body: { subscribed: false, email: 'Ann@Example.com' } })
    expect(app.mails).toEqual([
      {
        subscriberId: await annId(),
        email: 'Ann@Example.com',
        url: expect.stringMatching(/^https:\/\/hub\.example\.com\/confirm\/[\w-]{20,}$/),
        expiresAt: NOON + 7 * DAY,
        language: 'en',
      },
    ])
  })

  test('the mail is in the language of the request', async () => {
    const payload = { email: 'yuna@example.org', name: '' }
    const headers = { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8' }
    await app.call({ method: 'POST', url: '/subscribe', payload, headers })
    expect(app.mails).toMatchObject([{ email: 'yuna@example.org', language: 'ko' }])
  })

  test('the link shows a page that confirms nobody, and its button confirms', async () => {
    await ask()
    const page = await call('GET', link())
    expect(page.status).toBe(200)
    isPlainPage(page)
    expect(page.text).toContain('<form method="post"><button type="submit">Confirm</button></form>')
    expect((await app.subscriber('ann@example.com')).subscribed).toBe(false)
    app.clock.now += HOUR
    const done = await call('POST', link())
    expect(done.status).toBe(200)
    isPlainPage(done)
    expect(await app.subscriber('ann@example.com')).toMatchObject({
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

  const leavings: [string, () => Promise<unknown>][] = [
    ['PATCH', () => app.patch('/subscribe', { email: 'ann@example.com' })],
    ['a link', async () => call('POST', pathOf(app.links.unsubscribeUrl({ subscriberId: await annId() })))],
    ['what an unsub event makes', () => app.suppressions.put(makeSuppression('ann@example.com', UNSUB))],
  ]

  test.each(leavings)(
    'who confirmed, leaves by %s and comes back gets a new mail at once',
    async (_, leave) => {
      await ask()
      const old = link()
      await call('POST', old)
      app.clock.now += 1
      await leave()
      expect((await app.subscriber('ann@example.com')).subscribed).toBe(false)
      app.clock.now += 1
      expect((await ask()).status).toBe(201)
      expect(app.mails).toHaveLength(2)
      expect((await call('POST', old)).status).toBe(404)
      expect((await app.subscriber('ann@example.com')).subscribed).toBe(false)
      expect((await call('POST', link())).status).toBe(200)
      expect((await app.subscriber('ann@example.com')).subscribed).toBe(true)
    },
  )

  test('every mail of one who waits holds a link that works', async () => {
    await ask()
    const first = link()
    app.clock.now += HOUR
    await ask()
    expect(app.mails).toHaveLength(2)
    expect((await call('POST', first)).status).toBe(200)
    expect((await app.subscriber('ann@example.com')).subscribed).toBe(true)
  })

  test('an old unsubscribe link does not make mail after mail of an address that nobody confirms', async () => {
    await ask()
    for (let tries = 0; tries < 3; tries++) {
      app.clock.now += 1
      await call('POST', pathOf(app.links.unsubscribeUrl({ subscriberId: await annId() })))
      await ask()
    }
    expect(app.mails).toHaveLength(1)
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
    const unsubscribing = app.links.unsubscribeUrl({
      subscriberId: (await app.subscriber('ann@example.com')).id,
    })
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
    expect((await app.subscriber('ann@example.com')).subscribed).toBe(false)
  })

  test('a link does not bring back one who has left since', async () => {
    await ask()
    await call('POST', link())
    await app.patch('/subscribe', { email: 'ann@example.com' })
    expect((await call('POST', link())).status).toBe(404)
    expect((await app.subscriber('ann@example.com')).subscribed).toBe(false)
  })

  test('one who had left by a link stays so until confirming', async () => {
    await ask()
    await call('POST', link())
    const { id } = await app.subscriber('ann@example.com')
    await call('POST', pathOf(app.links.unsubscribeUrl({ subscriberId: id })))
    app.clock.now += HOUR
    expect((await ask()).body).toMatchObject({ subscribed: false, suppressed: { reason: 'unsubscribe' } })
    await call('POST', link())
    expect(await app.subscriber('ann@example.com')).toMatchObject({ subscribed: true, suppressed: null })
  })
})
