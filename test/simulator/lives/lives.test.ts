// The plans behind the fake Mandrill: seeded fates, appointments in order, and people counted by the rules.
import { describe, expect, test } from 'vitest'
import { createAgenda } from '../../../simulator/lives/agenda.ts'
import { doomOf, planLife, RATES, seeded, type LifeOptions } from '../../../simulator/lives/fate.ts'
import { readMail } from '../../../simulator/lives/mail.ts'
import { factsOf, type Subscriber, type Visit } from '../../../simulator/lives/people.ts'
import { makeUpSubscribers, toCsv } from '../../../simulator/subscribers.ts'

describe('the agenda', () => {
  test('lets things happen in order of their time, equal ones in order of coming', () => {
    const agenda = createAgenda()
    const happened: string[] = []
    const random = seeded(3)
    const times = Array.from({ length: 500 }, () => random.int(1, 40))
    for (const [n, at] of times.entries()) agenda.add(at, () => void happened.push(`${at} ${n}`))
    agenda.run(20)
    agenda.run(40)
    const right = times.map((at, n) => ({ at, n })).sort((a, b) => a.at - b.at || a.n - b.n)
    expect(happened).toEqual(right.map(({ at, n }) => `${at} ${n}`))
    expect(agenda.size()).toBe(0)
  })

  test('leaves what is not due, and does what comes of what it did', () => {
    const agenda = createAgenda()
    const happened: number[] = []
    agenda.add(10, () => agenda.add(11, () => void happened.push(11)))
    agenda.add(30, () => void happened.push(30))
    agenda.run(20)
    expect([happened, agenda.size()]).toEqual([[11], 1])
  })
})

describe('a fate', () => {
  const life = (options: Partial<LifeOptions> = {}, seed = 7) =>
    planLife(seeded(seed, 'ada@naver.example'), {
      end: 'delivered',
      rates: { ...RATES, open: 1, click: 1, scanner: 1, prefetch: 1, lost: 1 },
      links: ['https://a.example', 'https://b.example'],
      spanMs: 60_000,
      again: false,
      ...options,
    })

  test('is the same for the same seed and address', () => {
    expect(life()).toEqual(life())
    expect(life({}, 8)).not.toEqual(life())
    expect(doomOf('a@b.example', RATES, 1)).toEqual(doomOf('a@b.example', RATES, 1))
  })

  test('comes about as often as its rate says', () => {
    const ends = makeUpSubscribers(5_000).map(
      ({ email }) => doomOf(email, { ...RATES, hardBounce: 0.2 }, 1).end,
    )
    const share = ends.filter((end) => end === 'hard_bounce').length / ends.length
    expect(share).toBeGreaterThan(0.18)
    expect(share).toBeLessThan(0.22)
  })

  test('keeps subscribers away from a mail until its robots are through with it', () => {
    for (let seed = 0; seed < 50; seed++) {
      const visits = life({}, seed).filter(({ what }) => what === 'open' || what === 'click')
      const lastRobot = Math.max(...visits.filter(({ robot }) => robot).map(({ afterMs }) => afterMs))
      const firstReader = Math.min(...visits.filter(({ robot }) => !robot).map(({ afterMs }) => afterMs))
      expect(firstReader - lastRobot).toBeGreaterThan(4_000)
    }
  })

  test('loses no event that nothing else can tell', () => {
    const lost = life().filter(({ lost }) => lost)
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.every(({ what, robot }) => !robot && ['delivered', 'open', 'click'].includes(what))).toBe(
      true,
    )
  })
})

describe('people', () => {
  const subscriber = (visits: Partial<Visit>[], deliveredTs: number | null = 100): Subscriber => ({
    email: 'ada@naver.example',
    deliveryId: '0-1',
    mails: 1,
    deliveredTs,
    visits: new Set(visits.map((visit) => ({ ts: 110, url: null, robot: false, ...visit }))),
    softBounces: 0,
    told: new Set(),
  })
  const [a, b] = ['https://a.example', 'https://b.example']

  test('who click have opened, and got it', () => {
    expect(factsOf(subscriber([{ url: a }], null), 2)).toMatchObject({
      delivered: true,
      opened: true,
      clicked: true,
    })
  })

  test('are not robots, who only show that it was delivered', () => {
    expect(factsOf(subscriber([{ robot: true }], null), 2)).toMatchObject({
      delivered: true,
      opened: false,
      robotOpened: true,
    })
  })

  test.each([
    [
      'every link within five seconds',
      [
        { url: a, ts: 103 },
        { url: b, ts: 105 },
      ],
      true,
    ],
    [
      'every link, one of them later',
      [
        { url: a, ts: 103 },
        { url: b, ts: 106 },
      ],
      false,
    ],
    ['one link of two', [{ url: a, ts: 101 }], false],
  ])('or scanners, by what they follow: %s', (_name, visits, robot) => {
    expect(factsOf(subscriber(visits), 2)).toMatchObject({
      clicked: !robot,
      opened: !robot,
      robotClicked: robot,
    })
  })
})

describe('a mail', () => {
  test('is read by its headers, folded and encoded as they are', () => {
    const raw = [
      'Subject: =?utf-8?B?7JWI64WV?=',
      ' =?utf-8?Q?_caf=C3=A9_1?=',
      'Message-ID: <1.0-1@hub.example>',
      'X-MC-Metadata: {"campaign_id":"1","delivery_id":"0-1"}',
      'X-MC-Tags: spring, news',
      'List-Unsubscribe: <mailto:off@hub.example>, <https://hub.example/unsubscribe/t>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      '',
      'Subject: not this one',
    ].join('\r\n')
    expect(readMail(Buffer.from(raw), 'ada@naver.example')).toMatchObject({
      subject: '안녕 café 1',
      messageId: '<1.0-1@hub.example>',
      metadata: { campaign_id: '1', delivery_id: '0-1' },
      tags: ['spring', 'news'],
      oneClickUrl: 'https://hub.example/unsubscribe/t',
    })
  })

  test('without any of them is a mail as well', () => {
    expect(readMail(Buffer.from('no header at all'), 'a@b.example')).toMatchObject({
      subject: '',
      metadata: {},
      tags: [],
      oneClickUrl: null,
    })
  })
})

test('made-up subscribers are always the same ones, each with an address of their own', () => {
  const subscribers = makeUpSubscribers(3_000)
  expect(new Set(subscribers.map(({ email }) => email)).size).toBe(3_000)
  expect(makeUpSubscribers(10)).toEqual(subscribers.slice(0, 10))
  expect(toCsv(subscribers.slice(0, 1))).toBe(`email,name\n${subscribers[0]?.email},${subscribers[0]?.name}`)
})
