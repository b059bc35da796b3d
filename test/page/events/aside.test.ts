// What has come since: each event once, whoever brings it.
import { expect, test } from 'vitest'
import { createAside } from '../../../public/page/events/feed/aside.js'

test('what was asked for and what the socket brings, gathered together, is new once', () => {
  const aside = createAside({ onFree: () => {} })
  aside.reset('3-3')
  const rows = [4, 3, 5, 6, 5, 6, 7].map(
    (seq) => ({ type: 'gap', cursor: `3-${seq}`, noticedAt: 0 }) as const,
  )
  expect(aside.fresh(rows).map(({ cursor }) => cursor)).toEqual(['3-4', '3-5', '3-6', '3-7'])
  expect(aside.fresh(rows)).toEqual([])
  expect(aside.newest).toBe('3-7')
})
