// Every promise of the Mailer port, as tests that each adapter must pass.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Mailer } from '../../../src/core/sending/ports.ts'
import { aMail, CAMPAIGN_ID, FROM, header, headerNames, readMail } from '../../support/sending/mails.ts'

export type MailerLab = {
  readonly transport: Mailer['transport']
  open(): Mailer
  /** Every mail that has arrived, as bytes. */
  arrived(): Promise<readonly Buffer[]>
  /** From now on nothing can be sent … */
  outage(): Promise<void>
  /** … until now. */
  repair(): Promise<void>
  close(): Promise<void>
}

const numbered = (n: number) =>
  aMail({
    to: { name: '', address: `reader${n}@example.org` },
    messageId: `${CAMPAIGN_ID}.1-${n}@example.com`,
  })

export function mailerContract(openLab: () => Promise<MailerLab>): void {
  let lab: MailerLab
  let mailer: Mailer
  beforeEach(async () => {
    lab = await openLab()
    mailer = lab.open()
  })
  afterEach(async () => {
    await mailer.close()
    await lab.close()
  })
  const read = async () => Promise.all((await lab.arrived()).map(readMail))

  test('names its transport', () => {
    expect(mailer.transport).toBe(lab.transport)
  })

  describe('what is sent', () => {
    test('arrives as it was given', async () => {
      const mail = aMail({
        to: { name: '김유나 "Y"', address: 'yuna@example.org' },
        subject: 'Größe: 10 % für Dich ✓',
        html: '<p>Grüße &amp; mehr</p>\n<p>.</p>\n',
        text: 'Grüße\n.\n..\nFrom here on\n',
        replyTo: 'Answers <answers@example.com>',
        headers: { 'X-MC-Tags': 'weekly', 'List-Unsubscribe': '<https://hub.example.com/unsubscribe/x>' },
      })
      expect(await mailer.send(mail)).toEqual({ kind: 'sent', response: expect.stringMatching(/\S/) })
      const [arrived, ...more] = await read()
      expect(more).toEqual([])
      expect(arrived).toMatchObject({ subject: mail.subject, from: FROM, to: [mail.to] })
      expect(arrived?.text?.replaceAll('\r\n', '\n').trimEnd()).toBe(mail.text.trimEnd())
      expect(arrived?.html?.replaceAll('\r\n', '\n').trimEnd()).toBe(mail.html.trimEnd())
      expect(arrived?.replyTo).toEqual([{ name: 'Answers', address: 'answers@example.com' }])
      expect(arrived && header(arrived, 'message-id')).toBe(`<${mail.messageId}>`)
      expect(arrived && header(arrived, 'x-mc-tags')).toBe('weekly')
      expect(arrived && header(arrived, 'list-unsubscribe')).toBe('<https://hub.example.com/unsubscribe/x>')
    })

    test('brings no header along in a name, a subject, a Reply-To or a tag', async () => {
      const hostile = 'x\r\nBcc: all@example.com\r\n\r\nbody'
      const replyTo = 'A <a@example.com>\r\nX-Own: 1'
      const to = { name: hostile, address: 'yuna@example.org' }
      await mailer.send(aMail({ to, subject: hostile, replyTo, headers: { 'X-MC-Tags': hostile } }))
      const [arrived] = await read()
      expect(arrived && headerNames(arrived)).not.toEqual(expect.arrayContaining(['bcc']))
      expect(arrived && headerNames(arrived)).not.toEqual(expect.arrayContaining(['x-own']))
      expect(arrived?.subject).toBe('x Bcc: all@example.com body')
    })

    test('goes to internationalised domains', async () => {
      await mailer.send(aMail({ to: { name: '', address: 'x@bücher.example' } }))
      expect((await read())[0]?.to).toEqual([{ name: '', address: 'x@xn--bcher-kva.example' }])
    })

    test('arrives once each, however many are sent at once', async () => {
      const numbers = Array.from({ length: 60 }, (_, n) => n)
      const results = await Promise.all(numbers.map((n) => mailer.send(numbered(n))))
      expect(results.map(({ kind }) => kind)).toEqual(numbers.map(() => 'sent'))
      const subscribers = (await read()).map((mail) => mail.to?.[0]?.address)
      expect(subscribers.toSorted()).toEqual(numbers.map((n) => `reader${n}@example.org`).toSorted())
    })

    test('has the same Message-ID when it is sent again', async () => {
      await mailer.send(numbered(1))
      await mailer.send(numbered(1))
      const ids = (await read()).map((mail) => header(mail, 'message-id'))
      expect(new Set(ids)).toEqual(new Set([`<${CAMPAIGN_ID}.1-1@example.com>`]))
    })
  })

  describe('an address that no mail can be sent to', () => {
    test.each([
      ['has letters beyond ASCII before the @', 'jürgen@example.org', /ASCII/],
      ['is none', 'nobody', /no mail can be sent to this address/],
      [
        'holds a line break',
        'a@example.org>\r\nRCPT TO:<b@example.org',
        /no mail can be sent to this address/,
      ],
      ['holds angle brackets', 'a<b@example.org', /no mail can be sent to this address/],
      ['is empty', '', /no mail can be sent to this address/],
    ])('%s: failed, in words, and nothing is sent', async (_, address, words) => {
      const result = await mailer.send(aMail({ to: { name: '', address } }))
      expect(result).toEqual({
        kind: 'failed',
        response: expect.stringMatching(words),
        unknownRecipient: false,
      })
      expect(await lab.arrived()).toEqual([])
    })
  })

  test('in an outage every mail is unreachable, and after it they go out', async () => {
    await mailer.send(numbered(1))
    await lab.outage()
    for (const n of [2, 3]) expect((await mailer.send(numbered(n))).kind).toBe('unreachable')
    await lab.repair()
    expect((await mailer.send(numbered(2))).kind).toBe('sent')
    const ids = (await read()).map((mail) => header(mail, 'message-id'))
    expect(ids).toContain(`<${CAMPAIGN_ID}.1-2@example.com>`)
    expect(ids).not.toContain(`<${CAMPAIGN_ID}.1-3@example.com>`)
  })

  test('closing waits for the mails under way, and refuses later ones', async () => {
    const underWay = [1, 2, 3].map((n) => mailer.send(numbered(n)))
    await mailer.close()
    expect((await lab.arrived()).length).toBe(3)
    expect((await Promise.all(underWay)).map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent'])
    expect((await mailer.send(numbered(4))).kind).toBe('unreachable')
  })
}
