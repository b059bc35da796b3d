// What the browser keeps: a storage that is forbidden, full or spoilt takes nothing else with it.
import { afterEach, expect, test, vi } from 'vitest'
import { remember, remembered } from '../../public/page/ground/memory.js'
import { seeRefusals, unseenRefusals } from '../../public/page/setup/problems.js'

afterEach(() => void vi.unstubAllGlobals())

const storage = (kept: Record<string, string> = {}) => ({
  getItem: (name: string) => kept[name] ?? null,
  setItem: (name: string, text: string) => void (kept[name] = text),
  removeItem: (name: string) => void delete kept[name],
})
const setup = (since: string) => ({
  refused: [{ at: since, since, count: 3, reason: 'wrong signature', hint: null }],
})
const refuses = (): never => {
  throw new DOMException('no', 'QuotaExceededError')
}

test('what is kept is there again, until it is forgotten', () => {
  vi.stubGlobal('localStorage', storage())
  remember('name', 'yes')
  expect(remembered('name')).toBe('yes')
  remember('name', '')
  expect(remembered('name')).toBe('')
})

test.each([
  ['full', { ...storage(), setItem: refuses }],
  ['forbidden', { getItem: refuses, setItem: refuses, removeItem: refuses }],
])('a storage that is %s keeps nothing; an alarm is put out all the same', (why, broken) => {
  vi.stubGlobal('localStorage', broken)
  remember('name', 'yes')
  expect(remembered('name')).toBe('')
  expect(unseenRefusals(setup(why))).toHaveLength(1)
  seeRefusals(setup(why))
  expect(unseenRefusals(setup(why))).toEqual([])
})

test.each(['{', 'null', '7', '["a"]', '{"wrong signature spoilt":"x"}'])(
  'of %s nothing was seen',
  async (text) => {
    vi.resetModules()
    const { unseenRefusals: anew } = await import('../../public/page/setup/problems.js')
    vi.stubGlobal('localStorage', storage({ 'refusals-seen': text }))
    expect(anew(setup('spoilt'))).toHaveLength(1)
  },
)
