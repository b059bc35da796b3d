// Text in whatever encoding it comes, and in whatever pieces.
import { expect, test } from 'vitest'
import { charsetNamed, decodeText } from '../../../src/core/csv/charset.ts'

async function* inPieces(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function decode(bytes: Buffer, length = bytes.length) {
  const { text: pieces, used } = decodeText(inPieces(bytes, length), undefined)
  let text = ''
  for await (const piece of pieces) text += piece
  return { text, ...used() }
}

const KOREAN = Buffer.from('c0ccb8a7b0edb0b4', 'hex') // 이름고객

test.each([1, 2, 3, 5])('told by the same signs where it comes %i bytes at a time', async (length) => {
  const table = 'Name,Email\nAnn Lee,ann@x.io\n'
  const utf16 = { text: table, charset: 'utf-16le', assumed: true }
  expect(await decode(Buffer.from(table, 'utf16le'), length)).toEqual(utf16)
  const korean = Buffer.concat([Buffer.from('a,'), KOREAN])
  expect(await decode(korean, length)).toEqual({ text: 'a,이름고객', charset: 'euc-kr', assumed: true })
})

test('bytes that another code page has by chance make nothing Korean', async () => {
  for (const text of ['Äß', 'Äß, Äß, für, été, hôtel']) {
    const { charset } = await decode(Buffer.from(`${text}\n`, 'latin1'))
    expect(charset, text).toBe('utf-8')
  }
})

test('zero bytes everywhere are no UTF-16', async () => {
  const text = 'ann\0\0bo\0\0cy\0\0'
  expect(await decode(Buffer.from(text))).toMatchObject({ text, charset: 'utf-8' })
})

test.each([
  ['utf8mb4', 'utf-8'],
  [' CP949 ', 'euc-kr'],
  ['latin1', 'windows-1252'],
  ['UTF16', 'utf-16'],
  ['klingon', undefined],
])('%s is %s', (label, charset) => {
  expect(charsetNamed(label)).toBe(charset)
})
