// Links in mails: what was put in comes out, and nothing else does.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLinks } from '../../../../src/core/campaigns/mail/links.ts'
import { DAY, NOON } from '../../../support/times.ts'

const ID = '01a20144-af1d-722a-9d98-6a215e4325f9'
const links = createLinks('a secret', 'https://hub.example.com')
const tokenOf = (url: string) => url.split('/').at(-1) as string

describe('unsubscribing', () => {
  test('a link gives back the subscriber, and the mail it was in', () => {
    const delivery = { campaignId: '01a20145-2104-703f-9372-783525aa8953', deliveryId: '1999-499' }
    for (const link of [{ subscriberId: ID }, { subscriberId: ID, delivery }])
      expect(links.readUnsubscribe(tokenOf(links.unsubscribeUrl(link)))).toEqual(link)
  })

  test('a link is short enough for a header line, and needs no escapes', () => {
    const delivery = { campaignId: ID, deliveryId: '1999-499' }
    const url = links.unsubscribeUrl({ subscriberId: ID, delivery })
    expect(url).toMatch(/^https:\/\/hub\.example\.com\/unsubscribe\/[\w-]{75,80}$/)
  })

  test('no other text is a token: not one changed, shortened, lengthened or in another spelling', () => {
    const token = tokenOf(
      links.unsubscribeUrl({ subscriberId: ID, delivery: { campaignId: ID, deliveryId: '1-2' } }),
    )
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (let at = 0; at < token.length; at++)
      for (const sign of alphabet)
        if (sign !== token[at])
          expect(links.readUnsubscribe(token.slice(0, at) + sign + token.slice(at + 1))).toBeUndefined()
    for (let end = 0; end < token.length; end++)
      expect(links.readUnsubscribe(token.slice(0, end))).toBeUndefined()
    for (const end of ['A', '=', ' ', '\n', '.', '%3D'])
      expect(links.readUnsubscribe(token + end)).toBeUndefined()
  })

  test('any text can be asked for', () => {
    fc.assert(fc.property(fc.string({ maxLength: 600 }), (text) => links.readUnsubscribe(text) === undefined))
  })

  test('links of mails that went out long ago still work', () => {
    const mail = { campaignId: '01a20145-2104-703f-9372-783525aa8953', deliveryId: '1999-499' }
    const plain = 'AaIBRK8dciqdmGohXkMl-XucEhbJq5Xbv7sYTsPEpIE'
    const whole = 'AaIBRK8dciqdmGohXkMl-QGiAUUhBHA_k3J4NSWqiVMxOTk5LTQ5Odwi4m16wg3rNo0looqC6Os'
    expect(links.readUnsubscribe(plain)).toEqual({ subscriberId: ID })
    expect(links.readUnsubscribe(whole)).toEqual({ subscriberId: ID, delivery: mail })
  })

  test('a token of another secret is none', () => {
    const other = createLinks('another', 'https://hub.example.com')
    expect(links.readUnsubscribe(tokenOf(other.unsubscribeUrl({ subscriberId: ID })))).toBeUndefined()
  })
})

describe('confirming', () => {
  const link = { subscriberId: ID, asked: NOON - 7 * DAY }

  test('a link gives back the subscriber, and when they asked, until it expires', () => {
    const token = tokenOf(links.confirmUrl(link, NOON))
    expect(links.readConfirm(token, NOON - 1)).toEqual(link)
    expect(links.readConfirm(token, NOON)).toBeUndefined()
  })

  test('a link from before links told when the subscriber asked still works: for who waits since then', () => {
    const token = 'AaIBRK8dciqdmGohXkMl-QGc155GAKUPN2XSfQpj_PYWoIXEXSA'
    expect(links.readConfirm(token, NOON - 1)).toEqual({ subscriberId: ID, asked: 1 })
    expect(links.readConfirm(token, NOON)).toBeUndefined()
  })

  test('a link of a mail that went out before still works', () => {
    const token = 'AaIBRK8dciqdmGohXkMl-QGc155GAAGcs5HCAH2Rcg6fLk6TrdEt3QGpwL4'
    expect(links.readConfirm(token, NOON - 1)).toEqual(link)
  })

  test('a token of one purpose is none for the other', () => {
    expect(links.readUnsubscribe(tokenOf(links.confirmUrl(link, NOON)))).toBeUndefined()
    expect(links.readConfirm(tokenOf(links.unsubscribeUrl({ subscriberId: ID })), 0)).toBeUndefined()
  })
})

test('a link for what is no id is an error at once, not in the mail', () => {
  expect(() => links.unsubscribeUrl({ subscriberId: 'x' })).toThrow(TypeError)
})
