// Why a campaign is paused, in words that do not contradict themselves.
import { expect, test } from 'vitest'
import { judgeCampaign } from '../../../src/core/loop/brakes.ts'

const NONE = { settled: 0, bounced: 0, complained: 0 }

test.each([
  [12, 100, 0.1, '(12 %), more than 10 %'],
  [1001, 1_000_000, 0.001, '(0.1001 %), more than 0.1 %'],
  [5001, 100_000, 0.05, '(5.001 %), more than 5 %'],
  [701, 10_000, 0.07, '(7.01 %), more than 7 %'],
  [16, 10_000, 0.0015, '(0.2 %), more than 0.15 %'],
  [1, 1000, 0, '(0.1 %), more than 0 %'],
])('%i of %i where %d is allowed: %s', (complained, settled, complaintRate, words) => {
  const now = { ...NONE, settled, complained }
  expect(judgeCampaign(now, NONE, { bounceRate: 1, complaintRate })).toBe(
    `too many complaints: ${complained} of ${settled} mails ${words}`,
  )
})
