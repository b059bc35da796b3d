// Which of two counts holds: that of all processes, or that of this one.
import { expect, test } from 'vitest'
import { sharedLimit } from '../../../../src/http/server/access/shared-limit.ts'

type Count = { readonly count: number; readonly leftMs: number }

const answerOf = (everywhere: Count, here: Count) =>
  new Promise((resolve) => {
    const Store = sharedLimit({ count: async () => everywhere }, { count: async () => here })
    new Store({}).incr('192.0.2.1', (error, result) => resolve(error ?? result), 60_000, 20)
  })

test.each([
  ['many processes have counted more', { count: 21, leftMs: 5_000 }, { count: 2, leftMs: 50_000 }],
  [
    'the place that they share has lost its counts',
    { count: 1, leftMs: 60_000 },
    { count: 21, leftMs: 5_000 },
  ],
])('the larger count holds, for as long as it lasts: %s', async (_, everywhere, here) => {
  expect(await answerOf(everywhere, here)).toEqual({ current: 21, ttl: 5_000 })
})
