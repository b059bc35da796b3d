// How a mailer uses its connections: how many, how long, as whom, and over TLS.
import { describe, expect, test } from 'vitest'
import { aMail, FROM } from '../../support/sending/mails.ts'
import { at, useSmtpLab, withAccount } from '../../support/sending/smtp-lab.ts'
import { eventually } from '../../support/eventually.ts'

const lab = useSmtpLab()

describe('connections', () => {
  test('are used for mail after mail', async () => {
    const { url, connections, taken } = await lab.server()
    const mailer = lab.mailerFor(url)
    for (let n = 0; n < 10; n++) await mailer.send(aMail())
    expect([connections(), taken.length]).toEqual([1, 10])
  })

  test('are left after so many mails', async () => {
    const { url, connections } = await lab.server()
    const mailer = lab.mailerFor(url, { limits: { mailsPerConnection: 3 } })
    for (let n = 0; n < 9; n++) await mailer.send(aMail())
    expect(connections()).toBe(3)
  })

  test('are never more than allowed', async () => {
    const { url, connections, taken } = await lab.server()
    const mailer = lab.mailerFor(url, { connections: 3 })
    await Promise.all(Array.from({ length: 30 }, () => mailer.send(aMail())))
    expect(taken.length).toBe(30)
    expect(connections()).toBe(3)
  })

  test('that nobody uses are closed with QUIT', async () => {
    const { url, steps, openConnections } = await lab.server()
    const mailer = lab.mailerFor(url, { limits: { idleMs: 40 } })
    await mailer.send(aMail())
    await eventually(openConnections).toBe(0)
    expect(steps.at(-1)).toBe('quit')
  })

  test('are closed with QUIT when the mailer is', async () => {
    const { url, steps, openConnections } = await lab.server()
    const mailer = lab.mailerFor(url)
    await mailer.send(aMail())
    await mailer.close()
    await eventually(openConnections).toBe(0)
    expect(steps.at(-1)).toBe('quit')
  })
})

describe('a mail larger than the server takes', () => {
  test('fails without being sent', async () => {
    const { url, steps } = await lab.server(at('ehlo', '250-test\r\n250 SIZE 2000'))
    const result = await lab.mailerFor(url).send(aMail({ text: 'x'.repeat(5_000) }))
    expect(result).toMatchObject({
      kind: 'failed',
      unknownRecipient: false,
      response: expect.stringMatching(/size/i),
    })
    expect(steps).not.toContain('mail')
  })

  test('is refused before it is sent: its size is told with the sender', async () => {
    const told: string[] = []
    const { url, taken } = await lab.server((step, { line }) => {
      if (step === 'mail') told.push(line)
      return undefined
    })
    expect((await lab.mailerFor(url).send(aMail())).kind).toBe('sent')
    expect(told).toEqual([expect.stringMatching(/ SIZE=\d+$/)])
    expect(Number(told[0]?.split('=').at(-1))).toBe((taken[0]?.length ?? 0) + 2)
  })
})

describe('credentials', () => {
  test('open the door', async () => {
    const sink = await lab.sink({ account: { user: 'news', pass: 's3cret-word' } })
    expect((await lab.mailerFor(withAccount(sink.url)).send(aMail())).kind).toBe('sent')
    expect(sink.mails[0]).toMatchObject({ user: 'news', from: FROM.address, to: ['yuna@example.org'] })
  })

  test('that are wrong are the sender’s fault', async () => {
    const sink = await lab.sink({ account: { user: 'news', pass: 'another' } })
    expect((await lab.mailerFor(withAccount(sink.url)).send(aMail())).kind).toBe('sender_fault')
  })

  test('that a server asks for and nobody has are the sender’s fault', async () => {
    const sink = await lab.sink({ account: { user: 'news', pass: 'another' } })
    expect(await lab.mailerFor(sink.url).send(aMail())).toMatchObject({
      kind: 'sender_fault',
      response: expect.stringContaining('530'),
    })
  })

  test('never come back in an answer or go into the log, even when the server repeats them', async () => {
    const told: unknown[] = []
    const tell = (...words: unknown[]) => void told.push(...words)
    const plain = Buffer.from('\0news\0s3cret-word').toString('base64')
    const { url } = await lab.server(at('auth', `535 5.7.8 what is AUTH PLAIN ${plain}, or s3cret-word?`))
    const mailer = lab.mailerFor(withAccount(url), { log: { info: tell, warn: tell, error: tell } })
    const result = await mailer.send(aMail())
    expect(result).toEqual({ kind: 'sender_fault', response: '535 5.7.8 what is AUTH PLAIN ***, or ***?' })
    expect(JSON.stringify(told)).not.toContain('s3cret')
    expect(JSON.stringify(told)).not.toContain(plain)
  })
})

describe('TLS', () => {
  const elsewhere = { isLocal: () => false }

  test('is required where the server is not this machine: without it, nothing is said but EHLO', async () => {
    const { url, steps } = await lab.server()
    const result = await lab.mailerFor(withAccount(url), elsewhere).send(aMail())
    expect(result).toMatchObject({ kind: 'sender_fault', response: expect.stringContaining('502') })
    expect(steps).toEqual(['greeting', 'ehlo', 'starttls'])
  })

  test.each([true, false])(
    'that breaks off is an outage, also on this machine (%s): nothing is sent in the clear',
    async (local) => {
      const offers = '250-test\r\n250-STARTTLS\r\n250 SIZE 1000000'
      const { url, steps } = await lab.server((step) =>
        step === 'ehlo' ? offers : step === 'starttls' ? { last: '220 2.0.0 go ahead' } : undefined,
      )
      const result = await lab.mailerFor(withAccount(url), { isLocal: () => local }).send(aMail())
      expect(result).toMatchObject({ kind: 'unreachable', response: expect.stringMatching(/TLS/) })
      expect(steps).toEqual(['greeting', 'ehlo', 'starttls'])
    },
  )

  test.each([['smtp'], ['smtps']])(
    'with a certificate that nobody vouches for is none (%s)',
    async (scheme) => {
      const sink = await lab.sink({ tls: true, secure: scheme === 'smtps' })
      const result = await lab.mailerFor(`${scheme}://${sink.host}`, elsewhere).send(aMail())
      expect(result).toMatchObject({ kind: 'unreachable', response: expect.stringMatching(/certificate/) })
      expect(sink.mails).toEqual([])
    },
  )

  test.each([['smtp'], ['smtps']])(
    'is used on this machine where it is offered, whatever the certificate (%s)',
    async (scheme) => {
      const sink = await lab.sink({ tls: true, secure: scheme === 'smtps' })
      expect((await lab.mailerFor(`${scheme}://${sink.host}`).send(aMail())).kind).toBe('sent')
      expect(sink.mails[0]?.secure).toBe(true)
    },
  )
})

describe('the log', () => {
  test('is told of an outage and of its end, once each', async () => {
    const told: string[] = []
    const tell = (_: object, message: string) => void told.push(message)
    let down = true
    const { url } = await lab.server((step) => (down && step === 'greeting' ? 'drop' : undefined))
    const mailer = lab.mailerFor(url, { log: { info: tell, warn: tell, error: tell } })
    for (let n = 0; n < 3; n++) await mailer.send(aMail())
    down = false
    for (let n = 0; n < 3; n++) await mailer.send(aMail())
    expect(told).toEqual(['the mail server cannot be reached', 'the mail server can be reached again'])
  })
})
