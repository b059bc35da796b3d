// CSV in and out.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCsvReader, type CsvRecord } from '../../../src/core/csv/read.ts'
import { csvLine, plainCell } from '../../../src/core/csv/write.ts'

function read(text: string, step = Number.MAX_SAFE_INTEGER): CsvRecord[] {
  const reader = createCsvReader()
  const records: CsvRecord[] = []
  for (let at = 0; at < text.length; at += step) records.push(...reader.push(text.slice(at, at + step)))
  return [...records, ...reader.end()]
}
const cells = (text: string) =>
  read(text).map((record) => ('cells' in record ? record.cells : record.problem))

test('what was written is read, cut in whatever pieces', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', "'", '=', '-', '@', ' ', '\t', ';', '안', '😀'),
  })
  const row = fc.array(cell, { minLength: 2, maxLength: 4 }).filter((row) => row.join('').trim() !== '')
  const table = fc.array(row, { maxLength: 8 })
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, step) => {
      const text = `a,b\r\n${rows.map(csvLine).join('')}`
      const found = read(text, step).slice(1)
      expect(found.map((record) => ('cells' in record ? record.cells.map(plainCell) : record))).toEqual(rows)
    }),
  )
})

test('any text is read to its end, in the same records however it is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' '), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (text, step) => {
      const whole = read(text)
      expect(read(text, step)).toEqual(whole)
      const lines = text.replace(/\r\n?/g, '\n').split('\n').length
      for (const { line } of whole) expect(line).toBeLessThanOrEqual(lines)
    }),
    { numRuns: 1000 },
  )
})

test('lines are numbered as an editor numbers them', () => {
  const text = '\ufeffa,b\r\n"x\r\ny",1\r\n\r\nc,d\re,f\n"g'
  expect(read(text).map(({ line }) => line)).toEqual([1, 2, 5, 6, 7])
})

test('a quote that is never closed costs its line only', () => {
  const long = Array.from({ length: 5000 }, (_, n) => `reader-${n}@example.com,x`).join('\n')
  const records = read(`"broken,\n${long}`, 1000)
  expect(records).toHaveLength(5001)
  expect(records[0]).toEqual({ line: 1, problem: 'has a quote that is never closed' })
  expect(records[5000]).toEqual({ line: 5001, cells: ['reader-4999@example.com', 'x'] })
})

test('an endless line is told, takes bounded memory, and the next one is read', () => {
  const reader = createCsvReader()
  const records: CsvRecord[] = []
  for (let n = 0; n < 100; n++) records.push(...reader.push('x'.repeat(65_536)))
  records.push(...reader.push('\na,b\n'), ...reader.end())
  expect(records).toEqual([
    { line: 1, problem: 'is too long' },
    { line: 2, cells: ['a', 'b'] },
  ])
})

test('what seems longer than a record is told while more comes, in bounded memory; its lines are read', () => {
  const reader = createCsvReader()
  const lines = Array.from({ length: 7000 }, (_, n) => `reader-${n},x\n`)
  const records = reader.push(`"broken,${lines.join('')}`)
  expect(records).toHaveLength(7000)
  expect(records[0]).toEqual({ line: 1, problem: 'has a quote that is never closed' })
  expect(reader.push('end",x\n')).toHaveLength(1)
})

test('a quoted cell that is longer than a record costs its line only', () => {
  const [first, second] = read(`"${'long\n'.repeat(14_000)}",x\n`)
  expect([first, second]).toEqual([
    { line: 1, problem: 'has a quote that is never closed' },
    { line: 2, cells: ['long'] },
  ])
})

test.each([
  ['a,b\n', [['a', 'b']]],
  ['\ufeffa,b', [['a', 'b']]],
  [
    'a;b,c\n1;2\n',
    [
      ['a', 'b,c'],
      ['1', '2'],
    ],
  ],
  ['a\tb', [['a', 'b']]],
  ['"x;y",b', [['x;y', 'b']]],
  ['a, "b" ,c', [['a', 'b', 'c']]],
  ['a,b "c" d', [['a', 'b "c" d']]],
  ['"a"b,c\nd,e', ['has text after a closing quote', ['d', 'e']]],
  ['"a","b\n', ['has a quote that is never closed']],
  ['"","""",""""""', [['', '"', '""']]],
  ['\n \n\t\n', []],
])('%j is %j', (text, expected) => {
  expect(cells(text)).toEqual(expected)
})

describe('a cell', () => {
  test.each(['=1', '+1', '-1', '@x', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x', "'=1", "''-1"])(
    'that a spreadsheet would take for a formula gets an apostrophe: %j',
    (text) => {
      const written = csvLine([text]).replace(/^"/, '')
      expect(written.startsWith(`'${text[0]}`)).toBe(true)
    },
  )

  test.each([
    ['a;b', '"a;b"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['a"b', '"a""b"'],
  ])('%j is %s, to whatever reads it', (text, written) => {
    expect(csvLine([text, 'c'])).toBe(`${written},c\r\n`)
  })

  test.each(['a', '', "'a'", '1-1', 'a=b', '안녕', "'"])('that is none stays as it is: %j', (text) => {
    expect(csvLine([text])).toBe(`${text}\r\n`)
    expect(plainCell(text)).toBe(text)
  })
})
