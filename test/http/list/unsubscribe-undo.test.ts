// Unsubscribing by a slip, and taking it back: by whoever has just left, and not by whoever finds an old mail.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, type ListApp } from '../../support/list/list-app.ts'
import { isPlainPage, pathOf } from '../../support/page/plain-page.ts'
import { MINUTE } from '../../support/times.ts'

let app: ListApp
let id: string
let path: string
const post = (url: string) => app.call({ method: 'POST', url })
const isSubscribed = async () => (await app.list.get(id))?.subscribed
const undo = () => post(`${path}/undo`)

async function subscribe(): Promise<void> {
  id = (await app.post('/subscribe', { email: 'Ann@Example.com', name: 'Ann' })).body.id
  path = pathOf(app.links.unsubscribeUrl({ subscriberId: id }))
}

describe('after a slip', () => {
  beforeEach(async () => {
    app = await startListApp()
    await subscribe()
  })
  afterEach(() => app.close())

  test('the page has a button that subscribes again, at once', async () => {
    const page = await post(path)
    expect(page.text).toContain(
      `<form method="post" action="${path}/undo"><button type="submit">Subscribe again</button></form>`,
    )
    const back = await undo()
    expect(back.status).toBe(200)
    isPlainPage(back)
    expect(back.text).toContain('You are subscribed again')
    expect(await app.list.get(id)).toMatchObject({ subscribed: true, suppressed: null, name: 'Ann' })
    expect((await undo()).status).toBe(200)
  })

  test('it can be taken back for an hour, however often the link is followed meanwhile', async () => {
    await post(path)
    app.clock.now += 59 * MINUTE
    expect((await post(path)).text).toContain('Subscribe again')
    app.clock.now += 2 * MINUTE
    const page = await post(path)
    expect(page.text).not.toContain('<form')
    const late = await undo()
    expect(late.status).toBe(409)
    isPlainPage(late)
    expect(await isSubscribed()).toBe(false)
  })

  test('a link of which nobody has made use takes nothing back', async () => {
    await app.patch('/subscribe', { email: 'ann@example.com' })
    expect((await undo()).status).toBe(409)
    expect(await isSubscribed()).toBe(false)
  })

  test.each(['unsubscribe', 'manual'])(
    'what the operator has noted is not taken back: %s',
    async (reason) => {
      await app.patch('/subscribe', { email: 'ann@example.com' })
      await app.post('/suppressions', { email: 'ann@example.com', reason })
      expect((await post(path)).text).not.toContain('<form')
      expect((await undo()).status).toBe(409)
      expect(await app.list.get(id)).toMatchObject({ subscribed: false, suppressed: { reason } })
    },
  )

  test('a complaint is not taken back', async () => {
    await post(path)
    await app.post('/suppressions', { email: 'ann@example.com', reason: 'complaint' })
    expect((await post(path)).text).not.toContain('<form')
    expect((await undo()).status).toBe(409)
    expect(await app.list.get(id)).toMatchObject({ subscribed: false, suppressed: { reason: 'complaint' } })
  })

  test('a forged link is 404', async () => {
    await post(path)
    expect((await post(`${path}A/undo`)).status).toBe(404)
    expect(await isSubscribed()).toBe(false)
  })

  test('of somebody who is gone is 409, and brings nobody', async () => {
    await post(path)
    await app.remove('/subscribe')
    expect((await undo()).status).toBe(409)
    expect(await app.list.get(id)).toBeUndefined()
  })

  test('at most 20 a minute come from one address', async () => {
    const statuses: number[] = []
    for (let n = 0; n < 21; n++) statuses.push((await undo()).status)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('with double opt-in', () => {
  beforeEach(async () => {
    app = await startListApp({ doubleOptIn: true })
    await subscribe()
  })
  afterEach(() => app.close())

  test('a mail asks to confirm, and until then nobody is subscribed', async () => {
    await post(pathOf(app.mails.at(-1)?.url ?? ''))
    expect(await isSubscribed()).toBe(true)
    await post(path)
    const asked = await undo()
    expect(asked.text).toContain('Please check your inbox')
    expect([await isSubscribed(), app.mails.length]).toEqual([false, 2])
    await post(pathOf(app.mails.at(-1)?.url ?? ''))
    expect(await isSubscribed()).toBe(true)
  })

  test('who has never confirmed is not confirmed by it', async () => {
    await post(path)
    await undo()
    expect(await isSubscribed()).toBe(false)
  })
})

describe('the language', () => {
  beforeEach(async () => {
    app = await startListApp()
    await subscribe()
  })
  afterEach(() => app.close())

  test.each([
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
    ['ko', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['de-DE, ko;q=0.5, en;q=0.4', 'ko'],
    ['fr', 'en'],
    ['ko;q=0', 'en'],
    ['ko;q=x', 'en'],
    ['*', 'en'],
    ['', 'en'],
  ])('for %j is %s', async (accepted, language) => {
    const headers = { 'accept-language': accepted }
    for (const method of ['GET', 'POST'] as const) {
      const page = await app.call({ method, url: path, headers })
      isPlainPage(page, language)
      expect(page.text.includes('수신 거부')).toBe(language === 'ko')
      expect(page.text).toContain('The &#60;Garden&#62; Letter')
    }
  })
})
