// Work that is done at once for all who ask at the same moment.
import { expect, test } from 'vitest'
import { gather } from '../../src/core/gather.ts'
import { breath } from '../../src/core/pause.ts'

function lab() {
  const gate = Promise.withResolvers<void>()
  const all: (readonly number[])[] = []
  const { ask: double } = gather(async (numbers: readonly number[]) => {
    all.push(numbers)
    if (all.length === 1) await gate.promise
    if (numbers.includes(13)) throw new Error('unlucky')
    return numbers.map((n) => 2 * n)
  })
  return { all, double, goOn: gate.resolve }
}

test('who asks in the same turn, or waited for the same breath, comes along; each gets its own answer', async () => {
  const { all, double, goOn } = lab()
  goOn()
  const ask = async (n: number) => {
    await breath()
    return double(n)
  }
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6])
  expect(all).toEqual([[1, 2, 3]])
})

test('who asks while it works comes together with the next ones', async () => {
  const { all, double, goOn } = lab()
  const first = double(1)
  await breath()
  const later = [double(2), double(3)]
  goOn()
  expect(await Promise.all([first, ...later])).toEqual([2, 4, 6])
  expect(all).toEqual([[1], [2, 3]])
})

test('what fails fails for all who asked together, and for nobody after them', async () => {
  const { double, goOn } = lab()
  goOn()
  const failed = await Promise.allSettled([double(1), double(13)])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await double(4)).toBe(8)
})

test('a step takes whole pieces up to its bound, and one at least', async () => {
  const all: (readonly string[])[] = []
  const { ask, idle } = gather(
    async (texts: readonly string[]) => {
      all.push(texts)
      return texts.map(({ length }) => length)
    },
    { most: 4, sizeOf: ({ length }) => length },
  )
  const asked = ['ab', 'cd', 'e', 'fghijk', ''].map(ask)
  await idle()
  expect(all).toEqual([['ab', 'cd'], ['e'], ['fghijk'], ['']])
  expect(await Promise.all(asked)).toEqual([2, 2, 1, 6, 0])
})
