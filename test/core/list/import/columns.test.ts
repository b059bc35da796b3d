// How a file is read before its lines are: which line is the header, and what each column is for. Files as people have them are in
// test/http/list.
import { expect, test } from 'vitest'
import { layoutOf } from '../../../../src/core/list/import/columns.ts'

const read = (...lines: string[]) => layoutOf(`${lines.join('\n')}\n`, true)

test('a header may stand below ten lines, and not below eleven', () => {
  const captions = (count: number) => Array.from({ length: count }, (_, n) => `Caption ${n}`)
  const table = ['Nimike,Email', 'Ann Lee,ann@x.io']
  expect(read(...captions(9), ...table)).toMatchObject({ from: 11, titles: ['Nimike', 'Email'] })
  expect(read(...captions(11), ...table)).toBeUndefined()
})

test('a sep= line counts, also with a sign that nobody would guess', () => {
  expect(read('sep=~', 'Email~Name', 'ann@x.io~Ann Lee')).toMatchObject({ delimiter: '~', from: 3, name: 1 })
})

test('a | is allowed in an address: of two readings the one with more columns counts', () => {
  expect(read('Ann,Lee|Bonn|ann@x.io')).toMatchObject({ delimiter: '|', email: 2 })
})

test('no line is taken for a header that may be somebody', () => {
  expect(read('bo@x,Bo', 'ann@x.io,Ann')).toMatchObject({ titles: null, from: 1 })
  expect(read('bo,Bo', 'cy,Cy', 'ann@x.io,Ann')).toMatchObject({ titles: null, from: 1 })
  expect(read('Kunden', 'Anschrift,Ruf', 'ann@x.io,Ann')).toMatchObject({
    titles: ['Anschrift', 'Ruf'],
    from: 3,
  })
})

test('without a header a name stands beside the address, and an id is none', () => {
  const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'
  expect(read(`ann@x.io,Ann`)).toMatchObject({ email: 0, name: 1 })
  expect(read(`Ann,ann@x.io,${id}`)).toMatchObject({ email: 1, name: 0 })
})

test('the column that has the addresses is nothing else, whatever its title says', () => {
  expect(read('Name,Town', 'ann@x.io,Bonn')).toMatchObject({ email: 0, name: -1 })
  expect(read('Subscribed,Town', 'ann@x.io,Bonn')?.statusReaders.size).toBe(0)
})
