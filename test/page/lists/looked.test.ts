// A list as one has last looked at it: read once for each step of the way, unless one asks for it anew.
import { afterEach, expect, test, vi } from 'vitest'
import { createAsking } from '../../../public/page/ground/asking.js'
import { createLooked } from '../../../public/page/lists/looked.js'
import { until } from '../../support/eventually.ts'

afterEach(() => void vi.unstubAllGlobals())

test('the way back finds what was read; a link, another query and whoever asks for it read anew', async () => {
  const asked: unknown[] = []
  const looked = createLooked(
    { asking: createAsking({ clock: () => 0 }) },
    (row: string) => row,
    async ({ q }) => {
      asked.push(q)
      return { rows: ['ann'], next: null }
    },
  )
  const show = async (step: string, q: string, anew = false) => {
    vi.stubGlobal('history', { state: { step } })
    looked.show({ q }, anew)
    await until(() => expect(looked.list.store.get().phase).toBe('here'))
    return asked.length
  }
  expect([await show('a', 'x'), await show('a', 'x')]).toEqual([1, 1])
  expect([await show('b', 'x'), await show('b', 'y'), await show('b', 'y', true)]).toEqual([2, 3, 4])
  looked.forget()
  expect(await show('b', 'y')).toBe(5)
})
