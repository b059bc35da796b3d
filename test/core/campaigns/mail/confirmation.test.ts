// The mail that asks whether somebody really wants mails.
import { describe, expect, test } from 'vitest'
import { composeConfirmation } from '../../../../src/core/campaigns/mail/confirmation.ts'
import type { Language } from '../../../../src/core/campaigns/mail/identity.ts'
import { FROM } from '../../../support/sending/mails.ts'

const compose = (
  language: Language = 'en',
  sender: { from: typeof FROM; replyTo: string | null } = { from: FROM, replyTo: null },
) =>
  composeConfirmation(
    {
      subscriberId: 'abc',
      email: 'yuna@example.org',
      url: 'https://hub.example.com/confirm/token?a=1&b=2',
      expiresAt: Date.UTC(2026, 10, 25, 12, 30),
      language,
    },
    { ...sender, list: { name: 'The <Garden> Letter', address: '1 Rose Lane' } },
  )

describe('a confirmation', () => {
  test.each([
    ['en', 'Please confirm your subscription to The <Garden> Letter', '>Confirm the subscription</a>'],
    ['ko', 'The <Garden> Letter 구독을 확인해 주세요', '>구독 확인</a>'],
  ] as const)(
    'has the link in HTML and in text, and tells who asks and until when: %s',
    (language, title, link) => {
      const { subject, html, text } = compose(language)
      expect(subject).toBe(title)
      expect(html).toContain(`<html lang="${language}">`)
      expect(html).toContain(link)
      expect(html).not.toContain('<Garden>')
      expect(html).toContain('<p>The &#60;Garden&#62; Letter<br>1 Rose Lane</p>')
      expect(text).toContain('\n-- \nThe <Garden> Letter\n1 Rose Lane\n')
      expect(html).toContain('href="https://hub.example.com/confirm/token?a=1&#38;b=2"')
      expect(text).toContain('https://hub.example.com/confirm/token?a=1&b=2\n')
      for (const body of [html, text]) {
        expect(body).toContain('yuna@example.org')
        expect(body).toContain('2026-11-25 12:30 UTC')
      }
    },
  )

  test('is marked as made by a machine, and the same for every try', () => {
    expect(compose().headers).toEqual({ 'Auto-Submitted': 'auto-generated' })
    expect(compose().messageId).toBe(`confirm.abc.${Date.UTC(2026, 10, 25, 12, 30)}@example.com`)
  })

  test('is answered where the sender says, and has a Message-ID in ASCII', () => {
    const mail = compose('en', { from: { ...FROM, address: 'news@정원.example' }, replyTo: 'us@example.com' })
    expect(mail.replyTo).toBe('us@example.com')
    expect(mail.messageId).toMatch(/@xn--[a-z0-9-]+\.example$/)
  })
})
