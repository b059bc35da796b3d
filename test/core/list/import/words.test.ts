// What the cells and titles of a file say, one example for each rule: who has said no must never get a mail by a word that was misread.
import { describe, expect, test } from 'vitest'
import { mailStatusOf, statusReaderFor } from '../../../../src/core/list/import/statuses.ts'
import {
  fold,
  isDate,
  isNo,
  isNothing,
  isStatus,
  isYes,
  plainStatus,
  reasonOf,
  statusOf,
} from '../../../../src/core/list/import/words.ts'

test.each([
  ['OptOut', 'opt out'],
  ['Désabonné', 'desabonne'],
  ['KAYITLI değil, ı', 'kayitli degil i'],
  ['FAŁSZ', 'falsz'],
  ['e-mail_status!', 'e mail status'],
  ['ログイン', 'ログイン'],
  ['수신 거부', '수신 거부'],
])('%s is folded to %s', (text, folded) => expect(fold(text)).toBe(folded))

describe('a cell', () => {
  test.each(['TRUE', 'tRUE', 'yes', 'Да', '-1', '1.0', '✓', '☑', ' ○ '])('%s is a yes, and no no', (cell) => {
    expect([isYes(cell), isNo(cell)]).toEqual([true, false])
  })
  test.each(['FALSE', 'fALSE', 'no', '0', '×', '❌', 'fałsz', 'falsz'])('%s is a no, and no yes', (cell) => {
    expect([isYes(cell), isNo(cell)]).toEqual([false, true])
  })
  test.each(['', '✗', 'maybe', '7'])('“%s” is neither', (cell) => {
    expect([isYes(cell), isNo(cell)]).toEqual([false, false])
  })
  test.each([
    '',
    ' – ',
    '[]',
    '{ }',
    '""',
    'NULL',
    'None',
    'n/a',
    '0000-00-00',
    '0000-00-00 00:00:00',
    '\\N',
  ])('“%s” is nothing', (cell) => expect(isNothing(cell)).toBe(true))
  test.each(['✗', 'x', '?', 'none of these'])('“%s” is something', (cell) => {
    expect(isNothing(cell)).toBe(false)
  })
  test.each(['Mar 2021', '3.4.21', '3/4/21 10:00', '1615804200', '20210315', '1615804200.5'])(
    '%s is a day',
    (cell) => {
      expect(isDate(cell)).toBe(true)
    },
  )
  test.each(['', '7', '1234567', '12.5', 'soon', '120210'])('“%s” is no day', (cell) => {
    expect(isDate(cell)).toBe(false)
  })
})

describe('a status', () => {
  test.each([
    ['Subscribed', 'in'],
    ['aCTIVE', 'in'],
    ['수신동의', 'in'],
    ['yes', 'in'],
    ['no', 'left'],
    ['Complained', 'complaint'],
    ['unconfirmed', 'unconfirmed'],
    ['Soft bounced', 'bounce'],
    ['rejected', 'reject'],
    ['Block-listed', 'manual'],
    ['custom', 'manual'],
    ['uNSUBSCRIBED', 'left'],
    ['not active', 'left'],
    ['left us', 'left'],
    ['retire', 'left'],
    ['refused', 'left'],
    ['Baja', 'left'],
    // Words that hold another, and are none of them.
    ['connection refused', 'unknown'],
    ['Baja California', 'unknown'],
    ['is left of it', 'unknown'],
    ['custom made', 'unknown'],
    ['retired', 'unknown'],
    ['1', 'unknown'],
    ['active 2', 'unknown'],
    ['', 'unknown'],
    ['whatever', 'unknown'],
    ['S', 'unknown'],
    ['T', 'unknown'],
    ['y', 'in'],
    ['f', 'left'],
    ['sí', 'in'],
  ])('%s: %s', (cell, status) => expect(statusOf(cell)).toBe(status))

  test('is told from a province by its words', () => {
    expect(['Active', 'OK', 'NE', 'Bayern'].map(isStatus)).toEqual([true, false, false, false])
  })

  test('is plain in a column of any title only as a whole cell', () => {
    const cells = ['Unsubscribed', 'hard bounce', 'Globally opted out', 'unsubscribed from two lists', '']
    expect(cells.map(plainStatus)).toEqual(['left', 'bounce', 'left', undefined, undefined])
    expect(['Do not contact', 'do not mail', 'DO NOT EMAIL'].map(plainStatus)).toEqual([
      'manual',
      'manual',
      'manual',
    ])
    expect(plainStatus(`user ${'list '.repeat(8)}unsubscribed`)).toBeUndefined()
  })
})

test.each([
  ['550 5.1.1 no such user', 'bounce'],
  ['5.1.1', 'bounce'],
  ['421', 'bounce'],
  ['HardBounce', 'bounce'],
  ['HARDBounce', 'bounce'],
  ['sPaMcomplaint', 'complaint'],
  ['OptOut', 'unsubscribe'],
  ['opted-out', 'unsubscribe'],
  ['NotActive', 'unsubscribe'],
  ['uNsUBSCRIBED', 'unsubscribe'],
  ['dropped', 'reject'],
  ['custom', 'manual'],
  ['unconfirmed', undefined],
  ['active', undefined],
  ['5511', undefined],
])('the reason %s is %s', (cell, reason) => expect(reasonOf(cell)).toBe(reason))

describe('a column', () => {
  test.each<[title: string, said: Record<string, string>]>([
    [
      'Suppressed',
      { bounce: 'bounce', unsubscribe: 'unsubscribe', yes: 'manual', '': 'in', no: 'in', x: 'unknown' },
    ],
    ['Mailable', { no: 'unconfirmed', yes: 'in' }],
    ['Confirmed', { no: 'unconfirmed', '2024-01-02': 'in', bounced: 'bounce', '7': 'unknown' }],
    ['Is the email of this user confirmed', { '0': 'unconfirmed', '1': 'in' }],
    ['Email address confirmed', { no: 'unconfirmed', yes: 'in' }],
    ['doi_confirmed', { '0': 'unconfirmed', '1': 'in' }],
    ['email_verified_at', { '': 'unconfirmed', NULL: 'unconfirmed', '2024-05-01 10:00:00': 'in' }],
    ['Confirmation date', { '': 'unconfirmed', no: 'unconfirmed', '2024-05-01': 'in' }],
    ['Double Opt-In', { no: 'left', '0': 'left', yes: 'in', '': 'in' }],
    ['subscribe', { '0': 'left', no: 'left', '1': 'in' }],
    ['is_valid', { false: 'left', true: 'in' }],
    ['Opt-in pending', { yes: 'unconfirmed', no: 'in' }],
    ['Subscribed', { no: 'left', yes: 'in', '2024-05-01': 'in', '✗': 'unknown', gone: 'unknown' }],
    ['Unsubscribed', { no: 'in', NULL: 'in', yes: 'left', '2024-05-01': 'left', bounced: 'bounce' }],
    ['Bounced', { unsubscribed: 'bounce', yes: 'bounce', '': 'in' }],
    ['Complained', { yes: 'complaint' }],
    ['Blacklisted', { yes: 'manual', spam: 'complaint' }],
    ['DNC', { '3': 'manual', '0': 'in', '12345': 'unknown' }],
    ['Unsubscribe reason', { 'too many mails': 'left', no: 'in', '': 'in' }],
    ['Unsub campaign code', { May: 'left' }],
    ['Deleted at', { '2024-05-01': 'left', '': 'in' }],
    ['No newsletter', { yes: 'left', '2024-05-01': 'left', no: 'in', weekly: 'in', never: 'left' }],
    ['GDPR', { no: 'left', none: 'left', declined: 'left', yes: 'in', 'as agreed': 'in' }],
    ['May we send you e-mails?', { no: 'left', 'keine E-Mails': 'left', weekly: 'in' }],
    ['Newsletter', { 'No, thanks': 'left', 'Nein danke': 'left', 'Non-profit': 'in', 'I do not': 'left' }],
    ['Nieuwsbrief', { nee: 'left', ja: 'in' }],
    ['Aceita receber e-mails', { não: 'left', sim: 'in' }],
    ['RGPD', { No: 'left', Sí: 'in' }],
    ['Consentement RGPD', { retirée: 'in', refusé: 'left', 'non donné': 'left', oui: 'in' }],
    ['Consenso marketing', { negato: 'left', revocato: 'left', Sì: 'in' }],
    ['Zgoda marketingowa', { wycofana: 'left', brak: 'left', tak: 'in' }],
    ['Согласие на рассылку', { отозвано: 'left', отказ: 'left', 'не дано': 'left', да: 'in' }],
    ['Acepta publicidad', { 'No acepta': 'left', sí: 'in' }],
    ['Ok to contact', { no: 'left', yes: 'in' }],
    ['Email opt in status', { no: 'left', active: 'in', whatever: 'unknown' }],
    ['Newsletter status', { active: 'in', whatever: 'unknown' }],
    ['SMS and email opt out', { yes: 'left' }],
  ])('called %s', (title, said) => {
    const reader = statusReaderFor(title, [])
    expect(Object.fromEntries(Object.keys(said).map((cell) => [cell, reader?.(cell)]))).toEqual(said)
  })

  test.each([
    'Soft bounces',
    'Customer status',
    'SMS opt out',
    'Email consent date',
    'Agreed to terms',
    'Consent to tracking',
    'E-mail',
    'Town',
  ])('called %s says nothing of it', (title) =>
    expect(statusReaderFor(title, ['Active', 'no'])).toBeUndefined(),
  )

  test('of consent, with a yes or a no in most cells, takes no other word for a yes', () => {
    const read = statusReaderFor('Consent', ['yes', 'no', 'kaput'])
    const said = ['yes', 'Yes, please', 'no', '', '2024-05-01', 'kaput'].map((cell) => read?.(cell))
    expect(said).toEqual(['in', 'in', 'left', 'unknown', 'in', 'unknown'])
    expect(statusReaderFor('Consent', ['weekly', 'no', ''])?.('monthly')).toBe('in')
  })

  test.each(['Newsletter', 'OPT_IN', 'Double_Opt-In', 'GDPR'])(
    'called %s, with a yes or a no in most cells, takes an empty one for no yes',
    (title) => {
      const read = statusReaderFor(title, ['1', '', '1', 'Weekly'])
      expect(['1', '', 'NULL', 'Weekly', '0'].map((cell) => read?.(cell))).toEqual(
        ['in', 'unknown', 'unknown', 'in', 'left'], // prettier-ignore
      )
      expect(statusReaderFor(title, ['', ''])?.('')).toBe('in')
    },
  )

  test('of reasons is one where most of its cells are', () => {
    expect(statusReaderFor('Reason', ['bounce', 'spam', 'x', ''])?.('x')).toBe('unknown')
    expect(statusReaderFor('Reason', ['bounce', 'spam', 'x'])?.('spam')).toBe('complaint')
    expect(statusReaderFor('Reason', ['bounce', 'a friend'])).toBeUndefined()
  })

  test('called State is about a status where its cells are', () => {
    expect(statusReaderFor('State', ['NE', 'Active'])?.('inactive')).toBe('left')
    expect(statusReaderFor('State', ['NE', 'OK'])).toBeUndefined()
  })
})

describe('all that a line says, taken together', () => {
  test.each([
    [['in', 'in'], {}],
    [['in', 'unconfirmed'], { wish: 'unconfirmed' }],
    [['in', 'unknown'], undefined],
    [['unknown', 'left'], { wish: 'left' }],
    [['bounce', 'complaint', 'in'], { suppressed: 'complaint' }],
    [['left', 'bounce'], { wish: 'left', suppressed: 'bounce' }],
    [['unsubscribe'], { wish: 'left', suppressed: 'unsubscribe' }],
  ] as const)('%j: %j', (said, together) => expect(mailStatusOf(said)).toEqual(together))
})
