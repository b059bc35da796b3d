// The bound on bodies in memory: what has arrived counts, and whoever holds the most for the longest makes way.
import { expect, test } from 'vitest'
import { createByteBudget } from '../../../../src/http/server/bodies/budget.ts'

function lab(limit: number) {
  const clock = { now: 0 }
  const dropped: string[] = []
  const budget = createByteBudget(limit, () => clock.now)
  const open = (name: string, { rank = 1, address = 'one' } = {}) =>
    budget.open({ rank, address, drop: () => void dropped.push(name) })
  return { clock, dropped, open }
}

test('any number of uploads that have sent nothing take nothing', () => {
  const { open, dropped } = lab(80)
  for (let n = 0; n < 10_000; n++) open('claims')
  open('batch').add(80)
  expect(dropped).toEqual([])
})

test('who holds the most for the longest makes way when room is needed, and no sooner', () => {
  const { open, clock, dropped } = lab(80)
  const [slow, large] = [open('slow'), open('large')]
  slow.add(15)
  clock.now = 10_000
  large.add(56)
  clock.now = 10_100
  expect(dropped).toEqual([])
  open('batch').add(12)
  expect(dropped).toEqual(['slow'])
})

test('who proves nothing makes way before who may prove something, and that before who is known', () => {
  const { open, clock, dropped } = lab(80)
  const [known, claims, stranger] = [2, 1, 0].map((rank) => open(`rank ${rank}`, { rank }))
  known?.add(30)
  claims?.add(30)
  clock.now = 60_000
  stranger?.add(10)
  open('another', { rank: 2 }).add(11)
  expect(dropped).toEqual(['rank 0', 'rank 1'].slice(0, dropped.length))
  open('a third', { rank: 2 }).add(30)
  expect(dropped).toEqual(['rank 0', 'rank 1'])
})

test('an address answers for all that it sends at once', () => {
  const { open, clock, dropped } = lab(80)
  for (let n = 0; n < 6; n++) open('many', { address: 'two' }).add(10)
  open('single').add(15)
  clock.now = 1_000
  open('batch', { address: 'three' }).add(10)
  expect(new Set(dropped)).toEqual(new Set(['many']))
})

test('what is whole, and worked on, makes way for nobody; the newcomer does', () => {
  const { open, clock, dropped } = lab(80)
  const whole = open('whole')
  whole.add(80)
  whole.complete()
  clock.now = 60_000
  open('late').add(1)
  expect(dropped).toEqual(['late'])
  whole.release()
  whole.release()
  open('later').add(80)
  expect(dropped).toEqual(['late'])
})

test('who is over, in whatever order, holds nothing and makes way for nobody', () => {
  const { open, dropped } = lab(80)
  const uploads = Array.from({ length: 6 }, (_, n) => open(`upload ${n}`))
  for (const upload of uploads) upload.add(10)
  uploads[1]?.complete()
  for (const n of [0, 3, 1, 3, 4]) uploads[n]?.release()
  uploads[0]?.add(1_000) // what still comes of it
  open('large', { rank: 2 }).add(60)
  expect(dropped).toEqual([])
  open('batch', { rank: 2 }).add(1)
  expect(dropped.toSorted()).toEqual(['upload 2', 'upload 5'])
})
