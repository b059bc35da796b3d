// The share of deferrals among a provider's latest answers.
import { expect, test } from 'vitest'
import { createRecentAnswers } from '../../../../src/core/sending/lanes/recent-answers.ts'
import { NOON, SECOND } from '../../../support/times.ts'

function lab() {
  const clock = { now: NOON }
  const answers = createRecentAnswers(() => clock.now)
  const note = (result: 'sent' | 'deferred', count: number) => {
    for (let n = 0; n < count; n++) answers.note(result)
  }
  return { clock, answers, note }
}

test('is none where nothing was answered, and all where nothing else was', () => {
  const { answers, note } = lab()
  expect(answers.deferredShare()).toBe(0)
  note('deferred', 1)
  expect(answers.deferredShare()).toBe(1)
})

test('is that of the answers of a moment', () => {
  const { answers, note } = lab()
  note('sent', 97)
  note('deferred', 3)
  expect(answers.deferredShare()).toBeCloseTo(0.03)
})

test('forgets what is long ago', () => {
  const { clock, answers, note } = lab()
  note('sent', 100)
  clock.now += 10 * SECOND
  note('deferred', 1)
  expect(answers.deferredShare()).toBeGreaterThan(0.9)
})
