// The simulator's requests look like Mandrill's: the form, the headers, and signatures with known values.
import { describe, expect, test } from 'vitest'
import { batchText, phpUrlEncode, signature, webhookRequest } from '../../../simulator/webhooks/batch.ts'

const URL = 'https://hub.example.com/api/hook'

describe('signature', () => {
  test.each([
    ['an empty batch', URL, { mandrill_events: '[]' }, 'x7ik3neOSEZ5vFDtnuPkNpnGgSM='],
    ['a URL with a final slash', `${URL}/`, { mandrill_events: '[]' }, 'GHRDzWC776MX6Ws6JELmgk8H8TI='],
    ['a second field', URL, { mandrill_events: '[]', a: '1' }, 'UhlCYCpRHjFGbPfvN3bVzPUitJY='],
    [
      'text that is not ASCII',
      URL,
      { mandrill_events: '[{"event":"send","msg":{"subject":"안녕 ✓"}}]' },
      'mMZA3oiTRKRV8pdCcArIrFvlfAc=',
    ],
  ])('has the known value for %s', (_name, url, fields, expected) => {
    expect(signature('test-webhook', url, fields)).toBe(expected)
  })
})

describe('webhookRequest', () => {
  const json = batchText([{ text: String.raw`{"event":"send","msg":{"subject":"50 % off/\uc548 ~*'()!"}}` }])
  const { headers, body } = webhookRequest(json, { key: 'k', webhookUrl: URL })

  test('carries one field that decodes to the batch', () => {
    expect([...new URLSearchParams(body.toString())]).toEqual([['mandrill_events', json]])
  })

  test('is signed over the URL and the batch', () => {
    expect(headers['X-Mandrill-Signature']).toBe(signature('k', URL, { mandrill_events: json }))
  })

  test('tells its length, its type and whose it is', () => {
    expect(headers).toMatchObject({
      'Content-Length': String(body.length),
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': 'Mandrill-Webhook/1.0',
    })
  })
})

describe('phpUrlEncode', () => {
  test('writes a blank as + and leaves only letters, digits and -_. alone', () => {
    expect(phpUrlEncode(`a b-c_d.e~f*g'h(i)!/é`)).toBe('a+b-c_d.e%7Ef%2Ag%27h%28i%29%21%2F%C3%A9')
  })
})
