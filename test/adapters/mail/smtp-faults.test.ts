// What a mail server can do to a mailer: refuse, defer, hang up or fall silent, at every step.
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { aMail } from '../../support/sending/mails.ts'
import type { Script, Step } from '../../support/servers/scripted-smtp.ts'
import { at, useSmtpLab, withAccount } from '../../support/sending/smtp-lab.ts'

const lab = useSmtpLab()
const once =
  (step: Step, behaviour: string): Script =>
  (now, { mail, connection }) =>
    now === step && mail <= 1 && connection === 1 ? behaviour : undefined

describe('a server that refuses', () => {
  test.each<[Step, string, object]>([
    ['greeting', '554 5.7.1 your address is blocked', { kind: 'sender_fault' }],
    ['greeting', '421 4.3.2 too busy', { kind: 'deferred' }],
    ['ehlo', '550 5.7.1 not you', { kind: 'sender_fault' }],
    ['auth', '535 5.7.8 wrong', { kind: 'sender_fault' }],
    ['auth', '454 4.7.0 later', { kind: 'deferred' }],
    ['mail', '553 5.7.1 not your address', { kind: 'sender_fault' }],
    ['mail', '451 4.3.0 later', { kind: 'deferred' }],
    ['rcpt', '550 5.1.1 unknown', { kind: 'failed', unknownRecipient: true }],
    ['rcpt', '550 unknown', { kind: 'failed', unknownRecipient: false }],
    ['rcpt', '550-5.1.1 no such\r\n550 5.1.1 person', { kind: 'failed', unknownRecipient: true }],
    ['rcpt', '450 4.2.0 greylisted', { kind: 'deferred' }],
    ['data', '451 4.3.0 later', { kind: 'deferred' }],
    ['data', '554 5.7.1 no', { kind: 'failed', unknownRecipient: false }],
    ['body', '554 5.6.0 bad', { kind: 'failed', unknownRecipient: false }],
    ['body', '452 4.3.1 no room', { kind: 'deferred' }],
  ])('at %s with %j', async (step, answer, expected) => {
    const { url } = await lab.server(at(step, answer))
    const result = await lab.mailerFor(withAccount(url)).send(aMail())
    expect(result).toMatchObject(expected)
    expect(result.response.replace('-', ' ')).toContain(answer.split(/[\r-]/)[0]?.slice(0, 9))
  })

  test('one that does so without pipelining is understood as well', async () => {
    const ehlo = (step: Step) =>
      step === 'ehlo' ? '250 test' : step === 'rcpt' ? '550 5.1.1 unknown' : undefined
    const { url } = await lab.server(ehlo)
    expect(await lab.mailerFor(url).send(aMail())).toMatchObject({ kind: 'failed', unknownRecipient: true })
  })

  test('one that takes DATA after it has refused the recipient gets no mail', async () => {
    const { url, taken, connections } = await lab.server((step, { mail }) =>
      step === 'rcpt' && mail === 1 ? '550 5.1.1 unknown' : step === 'data' ? '354 go ahead' : undefined,
    )
    const mailer = lab.mailerFor(url)
    expect(await mailer.send(aMail())).toMatchObject({ kind: 'failed', unknownRecipient: true })
    expect(taken.join('').trim()).toBe('')
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect(connections()).toBe(1)
  })

  test('one that takes all but the sender gets no mail either', async () => {
    const { url, taken } = await lab.server((step, { mail }) =>
      mail !== 1
        ? undefined
        : step === 'mail'
          ? '553 5.1.8 not you'
          : step === 'data'
            ? '354 go ahead'
            : undefined,
    )
    const mailer = lab.mailerFor(url)
    expect((await mailer.send(aMail())).kind).toBe('sender_fault')
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect(taken).toHaveLength(1)
  })

  test('is used on for the next mail: a refusal costs no connection', async () => {
    const { url, connections, taken, steps } = await lab.server(once('rcpt', '550 5.1.1 unknown'))
    const mailer = lab.mailerFor(url)
    expect((await mailer.send(aMail())).kind).toBe('failed')
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect([connections(), taken.length, steps.filter((step) => step === 'rset').length]).toEqual([1, 1, 1])
  })

  test('even to forget the mail that it has refused: the next one gets a connection of its own', async () => {
    const { url, connections, taken } = await lab.server((step, { mail }) =>
      step === 'rcpt' && mail === 1 ? '550 5.1.1 unknown' : step === 'rset' ? '502 5.5.1 no' : undefined,
    )
    const mailer = lab.mailerFor(url)
    expect((await mailer.send(aMail())).kind).toBe('failed')
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect([connections(), taken.length]).toEqual([2, 1])
  })
})

test.each<[Step, string]>([
  ['rcpt', 'midway'],
  ['body', 'in doubt'],
])('an answer at %s that says neither yes nor no tells nothing: %s', async (step, lost) => {
  const { url } = await lab.server(at(step, '354 go on'))
  expect(await lab.mailerFor(url).send(aMail())).toMatchObject({ kind: 'unreachable', lost })
})

describe('a server that hangs up', () => {
  test.each<[Step, string | undefined]>([
    ['greeting', undefined],
    ['ehlo', undefined],
    ['auth', undefined],
    ['mail', 'midway'],
    ['rcpt', 'midway'],
    ['data', 'midway'],
  ])('at %s: unreachable, and the mail is in no doubt', async (step, lost) => {
    const { url, taken } = await lab.server(at(step, 'drop'))
    const result = await lab.mailerFor(withAccount(url)).send(aMail())
    expect(result).toEqual({
      kind: 'unreachable',
      response: expect.stringMatching(/\S/),
      ...(lost && { lost }),
    })
    expect(taken).toEqual([])
  })

  test('behind the mail, before its answer: unreachable, and in doubt', async () => {
    const { url } = await lab.server(at('body', 'drop'))
    expect(await lab.mailerFor(url).send(aMail())).toMatchObject({ kind: 'unreachable', lost: 'in doubt' })
  })

  test.each<[Step]>([['greeting'], ['mail'], ['rcpt'], ['body']])(
    'with 421 at %s: deferred',
    async (step) => {
      const { url } = await lab.server(at(step, { last: '421 4.3.2 shutting down' }))
      expect(await lab.mailerFor(url).send(aMail())).toMatchObject({
        kind: 'deferred',
        response: expect.stringMatching(/^421/),
      })
    },
  )

  test('between two mails: the next one goes out on a new connection', async () => {
    const { url, taken, dropAll, connections } = await lab.server()
    const mailer = lab.mailerFor(url)
    await mailer.send(aMail())
    dropAll()
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect([taken.length, connections()]).toEqual([2, 2])
  })

  test('on the second mail of a connection: that mail is tried once more, on a new one', async () => {
    const tired: Script = (step, { mail, connection }) =>
      step === 'mail' && connection === 1 && mail === 2
        ? { last: '421 4.7.0 enough for one connection' }
        : undefined
    const { url, taken, connections } = await lab.server(tired)
    const mailer = lab.mailerFor(url)
    await mailer.send(aMail())
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect([taken.length, connections()]).toEqual([2, 2])
  })

  test('behind the second mail of a connection: nothing is sent again, it may have been taken', async () => {
    const drops: Script = (step, { mail }) => (step === 'body' && mail === 2 ? 'drop' : undefined)
    const { url, connections } = await lab.server(drops)
    const mailer = lab.mailerFor(url)
    await mailer.send(aMail())
    expect(await mailer.send(aMail())).toMatchObject({ kind: 'unreachable', lost: 'in doubt' })
    expect(connections()).toBe(1)
  })
})

describe('a server that falls silent', () => {
  test.each<[Step, string | undefined]>([
    ['greeting', undefined],
    ['ehlo', undefined],
    ['auth', undefined],
    ['mail', 'midway'],
    ['data', 'midway'],
    ['body', 'in doubt'],
  ])('at %s: unreachable within the time for that', async (step, lost) => {
    const { url } = await lab.server(at(step, 'silence'))
    const limits = { sendMs: 800, answerMs: 800 }
    const result = await lab.mailerFor(withAccount(url), { limits }).send(aMail())
    expect(result).toEqual({
      kind: 'unreachable',
      response: expect.stringMatching(/too long/),
      ...(lost && { lost }),
    })
  })

  test('on the second mail of a connection: its time is over, and it is not tried again', async () => {
    const { url, connections } = await lab.server((step, { mail }) =>
      step === 'mail' && mail === 2 ? 'silence' : undefined,
    )
    const mailer = lab.mailerFor(url, { limits: { sendMs: 800 } })
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect(await mailer.send(aMail())).toMatchObject({
      response: expect.stringMatching(/too long to answer/),
    })
    expect(connections()).toBe(1)
  })

  test('for longer than one mail may take, but behind all of it: its answer is waited for', async () => {
    const { url, taken } = await lab.server(at('body', { afterMs: 900 }))
    const mailer = lab.mailerFor(url, { limits: { sendMs: 300 } })
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect(taken).toHaveLength(1)
  })

  test('while it holds all connections: who waits for one is unreachable in time, too', async () => {
    const { url, taken } = await lab.server(at('greeting', 'silence'))
    const mailer = lab.mailerFor(url, { limits: { sendMs: 300 }, connections: 1 })
    const results = await Promise.all([1, 2, 3].map(() => mailer.send(aMail())))
    expect(results.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable', 'unreachable'])
    expect(taken).toEqual([])
  })

  test('at QUIT: it is hung up on', async () => {
    const { url, openConnections } = await lab.server(at('quit', 'silence'))
    const mailer = lab.mailerFor(url)
    expect((await mailer.send(aMail())).kind).toBe('sent')
    await mailer.close()
    await eventually(openConnections).toBe(0)
  })

  test('after a refusal: the refusal counts, the connection is given up', async () => {
    const { url, taken } = await lab.server((step, { connection }) =>
      connection > 1
        ? undefined
        : step === 'rcpt'
          ? '550 5.1.1 unknown'
          : step === 'rset'
            ? 'silence'
            : undefined,
    )
    const mailer = lab.mailerFor(url, { limits: { sendMs: 1_500 } })
    expect((await mailer.send(aMail())).kind).toBe('failed')
    expect((await mailer.send(aMail())).kind).toBe('sent')
    expect(taken.length).toBe(1)
  })
})
