// The mail that asks whether somebody really wants mails.
import { describe, expect, test } from 'vitest'
import { composeConfirmation } from '../../../../src/core/campaigns/mail/confirmation.ts'
import { FROM } from '../../../support/mails.ts'

const compose = (name = 'Yuna') =>
  composeConfirmation({
    to: { name, address: 'yuna@example.org' },
    from: FROM,
    list: { name: 'The <Garden> Letter', address: '1 Rose Lane' },
    replyTo: null,
    confirmUrl: 'https://hub.example.com/confirm/token?a=1&b=2',
    expiresAt: Date.UTC(2026, 10, 25, 12, 30),
    id: 'abc',
  })

describe('a confirmation', () => {
  test('has the link in HTML and in text, and tells who asks and until when', () => {
    const { subject, html, text } = compose()
    expect(subject).toBe('Please confirm your subscription to The <Garden> Letter')
    expect(html).toContain('<p>The &#60;Garden&#62; Letter<br>1 Rose Lane</p>')
    expect(text).toContain('\n-- \nThe <Garden> Letter\n1 Rose Lane\n')
    expect(html).toContain('href="https://hub.example.com/confirm/token?a=1&#38;b=2"')
    expect(text).toContain('https://hub.example.com/confirm/token?a=1&b=2\n')
    for (const body of [html, text]) {
      expect(body).toContain('yuna@example.org')
      expect(body).toContain('2026-11-25 12:30 UTC')
    }
  })

  test('carries nothing else that was typed into the form: it must not serve to send other people’s words', () => {
    expect(JSON.stringify(compose('Visit http://spam.example now'))).not.toContain('spam')
  })

  test('is marked as made by a machine, and the same for every try', () => {
    expect(compose().headers).toEqual({ 'Auto-Submitted': 'auto-generated' })
    expect(compose().messageId).toBe('confirm.abc@example.com')
  })
})
