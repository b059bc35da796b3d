// The fake Mandrill from end to end: mails by a real SMTP client, webhooks to a real HTTP server, and books that agree.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import nodemailer from 'nodemailer'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeMandrill, untilIdle, type FakeOptions } from '../../simulator/fake-mandrill.ts'
import type { Rates } from '../../simulator/lives/fate.ts'
import { countPeople, suppressionsOf, type People } from '../../simulator/lives/people.ts'
import { openStandIn } from './stand-in.ts'
import { until } from '../support/eventually.ts'

const KEY = 'the-webhook-key'
const CAMPAIGN = '01890000-0000-7000-8000-000000000001'
const LINKS = ['https://news.example/a?x=1&amp;y=2', 'https://news.example/b']
/** Nothing happens but what a test asks for. */
const NOTHING: Rates = {
  refused: 0,
  busy: 0,
  overQuota: 0,
  reject: 0,
  deferral: 0,
  hardBounce: 0,
  softBounce: 0,
  open: 0,
  click: 0,
  spam: 0,
  unsub: 0,
  oneClick: 0,
  scanner: 0,
  prefetch: 0,
  late: 0,
  lost: 0,
}
const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A life of minutes takes seconds. */
function fastClock(): () => number {
  const start = Date.now()
  return () => start + (Date.now() - start) * 20
}

async function start(rates: Partial<Rates> = {}, options: FakeOptions = {}) {
  const hook = await openStandIn([KEY, 'test-webhook'])
  const fake = await startFakeMandrill({
    spanMs: 2_000,
    now: fastClock(),
    ...options,
    rates: { ...NOTHING, ...rates },
  })
  fake.tellTo({ url: hook.url, key: KEY, repeats: 0.3, overlaps: 0.3, connections: 2 })
  const client = nodemailer.createTransport({ url: fake.smtpUrl, ignoreTLS: true, pool: true })
  closing.push(hook.close, fake.stop, async () => client.close())
  const send = (n: number, headers: Record<string, string> = {}) =>
    client.sendMail({
      from: 'News <news@hub.example>',
      to: `subscriber.${n}@naver.example`,
      subject: `안녕하세요 ${n}`,
      html: LINKS.map((url) => `<a href="${url}">link</a>`).join(' '),
      messageId: `<${CAMPAIGN}.0-${n}@hub.example>`,
      headers: {
        'X-MC-Metadata': JSON.stringify({ campaign_id: CAMPAIGN, delivery_id: `0-${n}` }),
        'X-MC-Tags': 'spring',
        ...headers,
      },
    })
  const payloads = () =>
    [...hook.events].map((entry) => JSON.parse(entry.slice(0, entry.lastIndexOf('#'))) as Payload)
  const people = () => countPeople(campaign()).people
  const campaign = () => fake.books.campaigns.get(CAMPAIGN) ?? { links: [], subscribers: new Map() }
  return { fake, hook, send, payloads, people, campaign }
}

type Payload = Record<string, unknown> & {
  readonly event: string
  readonly url?: string
  readonly msg: Record<string, unknown> & { readonly opens?: unknown[]; readonly clicks?: unknown[] }
}

const NOBODY: People = { delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0 }
const several = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('a mail that was taken', () => {
  test('comes back as signed events that carry its address, subject, tags and metadata', async () => {
    const { fake, hook, send, payloads } = await start()
    await send(1)
    await untilIdle(fake)
    expect(new Set(payloads().map(({ event }) => event))).toEqual(new Set(['send', 'delivered']))
    expect(payloads().length).toBe(2)
    for (const { msg } of payloads())
      expect(msg).toMatchObject({
        email: 'subscriber.1@naver.example',
        subject: '안녕하세요 1',
        tags: ['spring'],
        metadata: { campaign_id: CAMPAIGN, delivery_id: '0-1' },
      })
    expect(hook.seen.slice(2).every((seen) => seen === `POST ${KEY}`)).toBe(true)
  })

  test('that comes twice has two ids, and is one subscriber', async () => {
    const { fake, send, payloads, people, campaign } = await start()
    await send(1)
    await send(1)
    await untilIdle(fake)
    expect(new Set(payloads().map(({ msg }) => msg._id)).size).toBe(2)
    expect([fake.mails(), campaign().subscribers.size]).toEqual([2, 1])
    expect(people()).toEqual({ ...NOBODY, delivered: 1 })
  })

  test('is opened and clicked by its subscriber, by the links that it has', async () => {
    const { fake, send, payloads, people } = await start({ open: 1, click: 1 })
    await Promise.all(several(20).map((n) => send(n)))
    await untilIdle(fake)
    expect(people()).toEqual({ ...NOBODY, delivered: 20, opened: 20, clicked: 20 })
    const clicked = new Set(payloads().flatMap(({ url }) => url ?? []))
    expect([...clicked].sort()).toEqual(['https://news.example/a?x=1&y=2', 'https://news.example/b'])
  })

  test.each([
    ['bounce', { hardBounce: 1 }, 'hard_bounce', { bounced: 3 }],
    ['bounce', { softBounce: 1 }, 'soft_bounce', {}],
    ['reject', { reject: 1 }, 'reject', {}],
    ['complaint', { open: 1, spam: 1 }, 'spam', { delivered: 3, opened: 3, complained: 3 }],
    ['unsubscribe', { open: 1, unsub: 1 }, 'unsub', { delivered: 3, opened: 3, unsubscribed: 3 }],
  ])('may end in a %s by %j', async (reason, rates, word, counts) => {
    const { fake, send, payloads, people } = await start(rates)
    await Promise.all(several(3).map((n) => send(n)))
    await untilIdle(fake)
    expect(payloads().filter(({ event }) => event === word).length).toBe(3)
    expect(people()).toEqual({ ...NOBODY, ...counts })
    expect([...suppressionsOf(fake.books, 1).values()]).toEqual([reason, reason, reason])
  })
})

describe('robots', () => {
  test('are counted apart: proxies open, scanners follow every link', async () => {
    const { fake, send, campaign } = await start({ prefetch: 1, scanner: 1 })
    await Promise.all(several(10).map((n) => send(n)))
    await untilIdle(fake)
    expect(countPeople(campaign())).toEqual({
      people: { ...NOBODY, delivered: 10 },
      robots: { opened: 10, clicked: 10 },
    })
  })
})

describe('webhooks that never come', () => {
  test('are made up for by later ones, and are in no book where nothing makes up for them', async () => {
    const { fake, send, payloads, people } = await start({ open: 1, click: 1, lost: 0.5 })
    await Promise.all(several(60).map((n) => send(n)))
    await untilIdle(fake)
    const of = (picked: (payload: Payload) => unknown) =>
      new Set(payloads().flatMap((payload) => (picked(payload) ? [payload.msg.email] : []))).size
    expect(people().opened).toBe(of(({ msg }) => msg.opens?.length || msg.clicks?.length))
    expect(people().opened).toBeGreaterThan(of(({ event }) => event === 'open'))
    expect(people().opened).toBeLessThan(60)
    expect(people().delivered).toBeGreaterThan(of(({ event }) => event === 'delivered'))
  })
})

describe('its SMTP server', () => {
  test('says 550 5.1.1 for good', async () => {
    const { fake, send } = await start({ refused: 1 })
    await expect(send(1)).rejects.toMatchObject({
      responseCode: 550,
      response: expect.stringContaining('5.1.1'),
    })
    expect(suppressionsOf(fake.books, 5)).toEqual(new Map([['subscriber.1@naver.example', 'bounce']]))
    expect(fake.mails()).toBe(0)
  })

  test('says once that a mailbox is full, and takes the mail that is tried again', async () => {
    const { fake, send } = await start({ overQuota: 1 })
    await expect(send(1)).rejects.toMatchObject({
      responseCode: 552,
      response: expect.stringContaining('5.2.2'),
    })
    await send(1)
    expect(fake.mails()).toBe(1)
    expect(suppressionsOf(fake.books, 5)).toEqual(new Map())
  })

  test('says 4xx to one domain, and takes the mail when it comes again', async () => {
    const { fake, send } = await start({}, { busyDomains: { 'naver.example': 1 } })
    await expect(send(1)).rejects.toMatchObject({ responseCode: 451 })
    for (let tries = 0; tries < 3 && fake.mails() === 0; tries++) await send(1).catch(() => {})
    expect(fake.mails()).toBe(1)
  })

  test('takes no mail of which the end is missing', async () => {
    const { fake, send } = await start()
    const socket = connect(Number(new URL(fake.smtpUrl).port), '127.0.0.1')
    const words = [
      'HELO a',
      'MAIL FROM:<a@b.example>',
      'RCPT TO:<c@naver.example>',
      'DATA',
      'Subject: half a',
    ]
    for (const word of words) {
      await once(socket, 'data')
      await new Promise((written) => socket.write(`${word}\r\n`, written))
    }
    socket.destroy()
    await send(1)
    await untilIdle(fake)
    expect(fake.mails()).toBe(1)
  })

  test('takes any password, or only its own', async () => {
    const { fake, send } = await start({}, { password: 'its own' })
    await send(1)
    const wrong = nodemailer.createTransport({
      url: fake.smtpUrl.replace('its%20own', 'another'),
      ignoreTLS: true,
    })
    await expect(wrong.verify()).rejects.toMatchObject({ responseCode: 535 })
  })
})

describe('a subscriber who uses the button of the mail program', () => {
  test('posts to the link of the mail until it is answered, and only then is in the books', async () => {
    const { fake, send, people } = await start({ open: 1, oneClick: 1 })
    const posts: string[] = []
    const hub = createServer(async (request, response) => {
      posts.push(`${request.method} ${request.url} ${await text(request)}`)
      response.writeHead(posts.length < 3 ? 503 : 200).end()
    })
    hub.listen(0, '127.0.0.1')
    await once(hub, 'listening')
    closing.push(async () => void hub.close())
    const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/unsubscribe/token`
    const list = { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
    await send(1, list)
    await until(() => expect(posts.length).toBeGreaterThan(0))
    expect(people()).toMatchObject({ unsubscribed: 0 })
    await untilIdle(fake)
    expect(posts).toEqual(Array(3).fill('POST /unsubscribe/token List-Unsubscribe=One-Click'))
    expect(people()).toMatchObject({ unsubscribed: 1 })
  })
})
