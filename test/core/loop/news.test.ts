// After a commit: deferrals slow their provider's lane, and the log tells what the brakes have paused.
import { expect, test } from 'vitest'
import { createLoopNews } from '../../../src/core/loop/news.ts'
import { createLaneOf } from '../../../src/core/sending/lanes/lanes.ts'
import type { Kind } from '../../../src/core/events/event.ts'
import { readFacts } from '../../../src/core/events/facts.ts'
import type { ArchiveRow } from '../../../src/core/events/ports.ts'
import { factsOfOlder } from '../../../src/core/events/providers/providers.ts'
import { silentLog } from '../../support/events/feed-lab.ts'

function row(kind: Kind, payload: Record<string, unknown>): ArchiveRow {
  const data = JSON.stringify(payload)
  const stored = factsOfOlder(kind, data)
  const event = {
    id: Buffer.alloc(16),
    kind,
    data: Buffer.from(data),
    cursor: { epoch: 1, seq: 1 },
    receivedAt: 1,
    ...stored,
  }
  return { event, facts: readFacts(stored) }
}

function lab(fails = false, onShare = (_share?: number) => {}) {
  const told: string[] = []
  const logged: object[] = []
  const answer = async (text: string) => {
    told.push(text)
    if (fails) throw new Error('the store cannot be reached')
  }
  const news = createLoopNews({
    lanes: {
      slowDown(lane, reason, share) {
        onShare(share)
        return answer(`${lane}: ${reason}`)
      },
    },
    laneOf: createLaneOf([{ name: 'google', domains: ['gmail.com'], connections: 1, perSecond: 1 }]),
    log: { ...silentLog, error: (about) => void logged.push(about) },
  })
  return { told, logged, news }
}

const deferral = (email: string, diag: string) => row('deferred', { diag, msg: { email } })

test('a lane learns one lesson from a page', () => {
  const { told, news } = lab()
  const rows = [deferral('a@gmail.com', '421 first'), deferral('b@Gmail.com', '421 second')]
  news({ paused: [], rows: [...rows, row('opened', { msg: { email: 'c@example.com' } })] })
  expect(told).toEqual(['google: 421 second'])
})

test('a lane learns how many were deferred beside those that were delivered', () => {
  const shares: (number | undefined)[] = []
  const { news } = lab(false, (share) => shares.push(share))
  const delivered = Array.from({ length: 9 }, () => row('delivered', { msg: { email: 'b@gmail.com' } }))
  news({ paused: [], rows: [...delivered, deferral('a@gmail.com', '451 later')] })
  expect(shares.map((share) => share?.toFixed(2))).toEqual(['0.10'])
})

test('a full mailbox is no reason to slow down', () => {
  const { told, news } = lab()
  news({ paused: [], rows: [deferral('a@gmail.com', '452 4.2.2 The mailbox is over its quota')] })
  expect(told).toEqual([])
})

test('the answer is found wherever it is told', () => {
  const { told, news } = lab()
  const smtp_events = [{ diag: '451 first' }, { diag: '451 last' }]
  for (const msg of [
    { email: 'a@b.c', diag: '450 here' },
    { email: 'a@b.c', smtp_events },
    { email: 'a@b.c' },
  ])
    news({ paused: [], rows: [row('deferred', { msg })] })
  expect(told).toEqual(['default: 450 here', 'default: 451 last', 'default: deferred'])
})

test('the log tells what was paused, and an outage of the lanes stops nothing', () => {
  const { told, logged, news } = lab(true)
  news({
    paused: [{ campaignId: 'one', reason: 'too many bounces' }],
    rows: [deferral('a@gmail.com', '421')],
  })
  expect(told).toEqual(['google: 421'])
  expect(logged).toEqual([{ campaign: 'one', reason: 'too many bounces' }])
})
