// What one step of an import may change, rule by rule.
import { expect, test } from 'vitest'
import {
  inQuestion,
  oneEach,
  planStep,
  type Kept,
  type Known,
} from '../../../../src/core/list/import/step.ts'
import type { ImportRow } from '../../../../src/core/list/ports.ts'
import { HOUR, NOON } from '../../../support/times.ts'

const ANN = 'ann@example.com'
const row = (more: Partial<ImportRow> = {}): ImportRow => ({ email: ANN, name: 'Ann', ...more })
const HERE: Known = { id: '1', email: ANN, name: 'A.', subscribed: 1 }
const BOUNCED: Kept = { stored: ANN, reason: 'bounce', until: null }
const ERASED: Kept = { stored: 'the hash', reason: 'complaint', until: null }
const over = (kept: Kept): Kept => ({ ...kept, until: NOON })

type About = { readonly here?: Known; readonly kept?: readonly Kept[] }

/** What is done with this row of a file, where Ann is on the list or not, and suppressed or not. */
function plan(given: ImportRow, { here, kept = [] }: About = {}) {
  const there = new Map(here ? [[ANN, here]] : [])
  const step = planStep(oneEach([given]), there, new Map([[ANN, kept]]), NOON)
  return {
    ...step,
    added: step.added.map(({ subscribed }) => subscribed),
    renamed: step.renamed.map(({ name }) => name),
    suppressed: step.suppressed.map(({ emailKey, reason, until }) => [emailKey, reason, until]),
  }
}
const NOTHING = { added: [], joined: 0, renamed: [], suppressed: [], left: [], over: [] }

test('a stranger joins, and nobody whom a suppression keeps out', () => {
  expect(plan(row())).toEqual({ ...NOTHING, added: [1], joined: 1 })
  expect(plan(row(), { kept: [BOUNCED] })).toEqual(NOTHING)
  expect(plan(row(), { kept: [ERASED] })).toEqual(NOTHING)
  expect(plan(row(), { kept: [over(ERASED), BOUNCED] })).toMatchObject({ added: [] })
  expect(plan(row(), { kept: [BOUNCED, over(ERASED)] })).toMatchObject({ added: [] })
})

test('one whose suppression is over joins, and a hash that is over goes', () => {
  expect(plan(row(), { kept: [over(BOUNCED)] })).toEqual({ ...NOTHING, added: [1], joined: 1 })
  expect(plan(row(), { kept: [over(ERASED)] })).toEqual({
    ...NOTHING,
    added: [1],
    joined: 1,
    over: ['the hash'],
  })
  expect(plan(row(), { kept: [{ ...BOUNCED, until: NOON + HOUR }] })).toEqual(NOTHING)
})

test('who left or has not confirmed by the word of the file comes onto the list as that', () => {
  expect(plan(row({ wish: 'left' }))).toEqual({ ...NOTHING, added: [0], left: [ANN] })
  expect(plan(row({ wish: 'unconfirmed' }))).toEqual({ ...NOTHING, added: [0] })
})

test('who bounced or complained by it comes suppressed, and joins nothing', () => {
  const suppressed = [[ANN, 'complaint', null]]
  expect(plan(row({ suppressed: 'complaint' }))).toEqual({ ...NOTHING, added: [1], suppressed })
  expect(plan(row({ suppressed: 'complaint' }), { here: HERE })).toEqual({ ...NOTHING, suppressed })
  expect(plan(row({ suppressed: 'complaint' }), { kept: [BOUNCED] })).toMatchObject({
    added: [1],
    suppressed,
  })
})

test('a reason that is as weak as what holds, or weaker, changes nothing', () => {
  for (const suppressed of ['bounce', 'reject'] as const)
    expect(plan(row({ suppressed }), { here: HERE, kept: [BOUNCED] }).suppressed).toEqual([])
  const isOver = plan(row({ suppressed: 'bounce' }), { here: HERE, kept: [over(BOUNCED)] })
  expect(isOver.suppressed).toEqual([[ANN, 'bounce', null]])
})

test('of an erased person nothing is written down again, unless they are on the list again', () => {
  for (const told of [{ wish: 'left' }, { wish: 'unconfirmed' }, { suppressed: 'complaint' }] as const)
    expect(plan(row(told), { kept: [ERASED] })).toEqual(NOTHING)
  const again = plan(row({ wish: 'left', suppressed: 'complaint' }), { here: HERE, kept: [ERASED] })
  expect(again).toMatchObject({ left: [ANN], suppressed: [[ANN, 'complaint', null]] })
})

test('a subscriber takes the name of the file: not an empty one, nor who gets no mail, nor who has left', () => {
  expect(plan(row(), { here: HERE })).toEqual({ ...NOTHING, renamed: ['Ann'] })
  for (const given of [
    row({ name: '' }),
    row({ name: 'A.' }),
    row({ wish: 'left' }),
    row({ suppressed: 'bounce' }),
  ])
    expect(plan(given, { here: HERE }).renamed).toEqual([])
  expect(plan(row(), { here: { ...HERE, subscribed: 0 } }).renamed).toEqual([])
})

test('of several rows of one person the first counts, with the most careful word of all', () => {
  const rows = [
    row({ wish: 'unconfirmed', suppressed: 'bounce' }),
    row({ email: 'ANN@example.com', name: 'Another', wish: 'left', suppressed: 'complaint' }),
    row({ name: 'Third', wish: 'unconfirmed', suppressed: 'reject' }),
  ]
  for (const order of [rows, rows.toReversed()]) {
    const [one, ...rest] = oneEach(order).values()
    expect(one).toMatchObject({ name: order[0]?.name, wish: 'left', suppressed: 'complaint' })
    expect(rest).toEqual([])
  }
  expect(oneEach([row(), row({ wish: 'unconfirmed' })]).get(ANN)?.wish).toBe('unconfirmed')
})

test('suppressions are asked for of strangers, and of whoever gets no mail by the file', () => {
  const asked = (given: ImportRow, here?: Known) =>
    inQuestion(oneEach([given]), new Map(here ? [[ANN, here]] : [])).length
  expect([asked(row()), asked(row(), HERE), asked(row({ suppressed: 'bounce' }), HERE)]).toEqual([1, 0, 1])
})
