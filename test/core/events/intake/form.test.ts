import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeForm, MOST_FIELDS } from '../../../../src/core/events/intake/form.ts'
import { arraySlices, memberSlice } from '../../../../src/core/events/intake/json-slices.ts'

const decode = (body: string) =>
  decodeForm(Buffer.from(body)).map(({ name, value }) => [String(name), String(value)])

describe('a form', () => {
  test.each([
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=1+2%2B3', [['a', '1 2+3']]],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['=a', [['', 'a']]],
    ['a=b=c', [['a', 'b=c']]],
    ['&&a=1&&', [['a', '1']]],
    ['', []],
    ['a=%', [['a', '%']]],
    ['a=%4', [['a', '%4']]],
    ['a=%zz%41', [['a', '%zzA']]],
    ['%61=%e2%9c%93', [['a', '✓']]],
  ])('%j is read as the URL standard says', (body, fields) => {
    expect(decode(body)).toEqual(fields)
    if (!body.startsWith('=')) expect(decode(body)).toEqual([...new URLSearchParams(body)])
  })

  test.each(['a&', '&', 'a=b&'])('has a bound on its fields, whatever they are: %j', (field) => {
    expect(decode(field.repeat(MOST_FIELDS)).length).toBeLessThanOrEqual(MOST_FIELDS)
    expect(() => decode(field.repeat(MOST_FIELDS + 1))).toThrow(/more than 100 fields/)
    expect(() => decode(field.repeat(10_000_000))).toThrow(/more than 100 fields/)
  })

  test('any fields come back as they were written', () => {
    const field = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.array(field, { maxLength: MOST_FIELDS }), (fields) => {
        expect(decode(new URLSearchParams(fields).toString())).toEqual(fields)
      }),
    )
  })

  test('every byte comes back', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const body = `x=${[...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`
    expect(decodeForm(Buffer.from(body))[0]?.value).toEqual(bytes)
  })
})

// Any JSON value, written with any white space that JSON allows.
const spaced = fc
  .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', '\n  '))
  .map(([value, indent]) => JSON.stringify(value, null, indent as string | number | undefined))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe('slices of JSON', () => {
  test('the elements of any array, to the letter', () => {
    fc.assert(
      fc.property(fc.array(spaced), fc.constantFrom('', ' ', '\r\n\t'), (texts, space) => {
        const array = `${space}[${space}${texts.join(`${space},${space}`)}${space}]${space}`
        expect(arraySlices(Buffer.from(array))?.map(String)).toEqual(texts)
      }),
    )
  })

  test('with each of them accepted, what JSON.parse takes for an array, and nothing else', () => {
    const piece = fc.constantFrom(...'[]{},:" \t\v\\1-', '"a":', 'null', 'ü', '\ufeff')
    const broken = fc
      .tuple(fc.array(spaced), fc.nat(), fc.nat({ max: 3 }), fc.array(piece, { maxLength: 3 }))
      .map(([texts, at, length, put]) => [[...`[${texts.join()}]`], at, length, put] as const)
      .map(([text, at, length, put]) => text.toSpliced(at % text.length, length, ...put).join(''))
    fc.assert(
      fc.property(
        fc.oneof(
          broken,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const elements = arraySlices(Buffer.from(text))?.map((slice) => parsed(slice.toString()))
          const right = parsed(text.replace(/^\ufeff/, ''))
          expect(elements?.includes(undefined) ? undefined : elements).toEqual(
            Array.isArray(right) ? right : undefined,
          )
        },
      ),
      {
        numRuns: 2_000,
        examples: [
          ['[1,]'],
          ['[,]'],
          ['[\v1]'],
          ['[1 2]'],
          ['[1]2'],
          ['{'],
          ['\ufeff[1]'],
          ['\ufeff\ufeff[]'],
          [' \ufeff[]'],
        ],
      },
    )
  })

  test('a member of any object, of several of one name the last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'é"\\'), spaced)), (members) => {
        const object = `{ ${members.map(([name, text]) => `${JSON.stringify(name)} : ${text}`).join(' , ')} }`
        for (const name of ['a', 'b', 'é"\\', 'none']) {
          const right = members.findLast((member) => member[0] === name)?.[1]
          expect(memberSlice(Buffer.from(object), name)?.toString()).toBe(right)
        }
      }),
    )
  })
})
