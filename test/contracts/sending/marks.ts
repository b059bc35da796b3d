// Every promise of the Marks port, as tests that each adapter must pass on a real store.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Marks, SendStores } from '../../../src/core/sending/ports.ts'
import type { Outcome } from '../../../src/core/campaigns/ports.ts'
import { chunk, dieAfter, type SendLab } from '../../support/sending/send-lab.ts'

const outcome = (n: number, changes: Partial<Outcome> = {}): Outcome => ({
  n,
  status: 'sent',
  attempts: 1,
  dueAt: 0,
  reason: '250 2.0.0 받았습니다 "ok"',
  at: 1_773_144_000_000,
  ...changes,
})

export function marksContract(openLab: () => Promise<SendLab>): void {
  let lab: SendLab
  let stores: SendStores
  let marks: Marks
  beforeEach(async () => {
    lab = await openLab()
    stores = lab.open()
    marks = stores.marks
  })
  afterEach(() => lab.close())

  test('know nothing of a new chunk', async () => {
    const taken = await marks.take(chunk(1))
    expect(taken).toMatchObject({ outcomes: [], inDoubt: [] })
  })

  test('give what was claimed and not concluded as in doubt', async () => {
    const { token } = await marks.take(chunk(1))
    expect(await marks.step(chunk(1), token, [], [0])).toBe('go')
    expect(await marks.step(chunk(1), token, [outcome(0)], [1, 2])).toBe('go')
    const taken = await marks.take(chunk(1))
    expect(taken.outcomes).toEqual([outcome(0)])
    expect([...taken.inDoubt].sort()).toEqual([1, 2])
  })

  test('steps of several chunks at once are each answered for themselves', async () => {
    const [one, lost, other] = [chunk(1), chunk(2), chunk(3)]
    const tokens = await Promise.all([one, lost, other].map(async (ref) => (await marks.take(ref)).token))
    await marks.take(lost)
    const steps = [one, lost, other].map((ref, n) => marks.step(ref, tokens[n] ?? 0, [outcome(n)], [7]))
    expect(await Promise.all(steps)).toEqual(['go', 'fenced', 'go'])
    expect(await marks.take(one)).toMatchObject({ outcomes: [outcome(0)], inDoubt: [7] })
    expect(await marks.take(lost)).toMatchObject({ outcomes: [], inDoubt: [] })
    expect(await marks.take(other)).toMatchObject({ outcomes: [outcome(2)], inDoubt: [7] })
  })

  test('keep an outcome as it was given', async () => {
    const { token } = await marks.take(chunk(1))
    const deferred = outcome(3, { status: 'deferred', attempts: 2, dueAt: 1_773_144_060_000, reason: null })
    await marks.step(chunk(1), token, [deferred], [])
    expect((await marks.take(chunk(1))).outcomes).toEqual([deferred])
  })

  test('take the later outcome of a mail, and a claim of one that has an outcome', async () => {
    const { token } = await marks.take(chunk(1))
    await marks.step(chunk(1), token, [outcome(0, { status: 'deferred' })], [])
    await marks.step(chunk(1), token, [outcome(0, { attempts: 2 })], [])
    expect((await marks.take(chunk(1))).outcomes).toEqual([outcome(0, { attempts: 2 })])
  })

  test('are not changed by the same step again', async () => {
    const { token } = await marks.take(chunk(1))
    for (const _ of [1, 2]) expect(await marks.step(chunk(1), token, [outcome(0)], [1])).toBe('go')
    expect(await marks.take(chunk(1))).toMatchObject({ outcomes: [outcome(0)], inDoubt: [1] })
  })

  test('fence off whoever had the chunk before', async () => {
    const before = await marks.take(chunk(1))
    const after = await marks.take(chunk(1))
    expect(after.token).toBeGreaterThan(before.token)
    expect(await marks.step(chunk(1), before.token, [outcome(0)], [1])).toBe('fenced')
    expect(await marks.step(chunk(1), after.token, [], [2])).toBe('go')
    expect(await marks.take(chunk(1))).toMatchObject({ outcomes: [], inDoubt: [2] })
  })

  test('let nobody who was fenced off drop them', async () => {
    const before = await marks.take(chunk(1))
    const after = await marks.take(chunk(1))
    await marks.step(chunk(1), after.token, [outcome(0)], [])
    await marks.drop(chunk(1), before.token)
    expect((await marks.take(chunk(1))).outcomes).toEqual([outcome(0)])
  })

  test('are gone when they are dropped, and whoever had them is fenced off', async () => {
    const { token } = await marks.take(chunk(1))
    await marks.step(chunk(1), token, [outcome(0)], [1])
    await marks.drop(chunk(1), token)
    expect(await marks.step(chunk(1), token, [], [2])).toBe('fenced')
    const taken = await marks.take(chunk(1))
    expect(taken).toMatchObject({ outcomes: [], inDoubt: [] })
    expect(taken.token).toBeGreaterThan(token)
  })

  test('keep chunks and campaigns apart', async () => {
    const other = chunk(1, 'default', '01900000-0000-7000-8000-00000000000b')
    for (const ref of [chunk(1), chunk(2), other]) {
      const { token } = await marks.take(ref)
      await marks.step(ref, token, [outcome(ref.chunk)], [])
    }
    for (const ref of [chunk(1), chunk(2), other])
      expect((await marks.take(ref)).outcomes).toEqual([outcome(ref.chunk)])
  })

  test('take a whole chunk at once', async () => {
    const numbers = Array.from({ length: 500 }, (_, n) => n)
    const { token } = await marks.take(chunk(1))
    expect(await marks.step(chunk(1), token, [], numbers)).toBe('go')
    const outcomes = numbers.map((n) => outcome(n))
    expect(await marks.step(chunk(1), token, outcomes, [])).toBe('go')
    const taken = await marks.take(chunk(1))
    expect(taken.outcomes.toSorted((a, b) => a.n - b.n)).toEqual(outcomes)
    expect(taken.inDoubt).toEqual([])
  })

  test('outlive kill -9 of the process that made them', async () => {
    await stores.close()
    const token = Number(await dieAfter(lab, 'mark'))
    const { marks: later } = lab.open()
    const taken = await later.take(chunk(1))
    expect(taken.outcomes).toEqual([outcome(0, { reason: '250 ok', at: 1 })])
    expect(taken.inDoubt).toEqual([1])
    expect(taken.token).toBeGreaterThan(token)
  })
}
