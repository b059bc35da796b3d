// How a lane fares, told answer by answer.
import { expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { createHealth } from '../../../../src/core/sending/lanes/health.ts'
import type { SendResult } from '../../../../src/core/sending/ports.ts'
import { silentLog } from '../../../support/feed-lab.ts'
import { NOON } from '../../../support/times.ts'

const LOST: SendResult = { kind: 'unreachable', response: 'ECONNRESET' }
const SENT: SendResult = { kind: 'sent', response: '250 OK' }

function openLane() {
  const lane = { name: 'default', domains: [], connections: 4, perSecond: 100 }
  const lanes = createEmbeddedLaneControl([lane])
  const pauses: string[] = []
  const watched = {
    ...lanes,
    async pause(...about: Parameters<typeof lanes.pause>) {
      pauses.push(about[1])
      return lanes.pause(...about)
    },
  }
  const health = createHealth({
    lane: 'default',
    isMixed: true,
    lanes: watched,
    now: () => NOON,
    log: silentLog,
  })
  const note = async (...results: readonly SendResult[]) => {
    for (const result of results)
      await health.note(result, { subscriberId: 'ann', email: 'ann@example.com' }, NOON)
  }
  return { note, pauses, lanes }
}

test('the third connection lost in a row pauses the lane', async () => {
  const { note, pauses } = openLane()
  await note(LOST, LOST)
  expect(pauses).toEqual([])
  await note(LOST)
  expect(pauses).toEqual(['ECONNRESET'])
})

test('an answer in between begins the count anew', async () => {
  const { note, pauses } = openLane()
  await note(LOST, LOST, SENT, LOST, LOST)
  expect(pauses).toEqual([])
})

test('a full mailbox is no reason to slow its lane down; any other deferral is', async () => {
  const { note, lanes } = openLane()
  await note({ kind: 'deferred', response: '452 4.2.2 mailbox full' })
  expect(await lanes.states()).toMatchObject([{ state: 'open', reason: null }])
  await note({ kind: 'deferred', response: '451 4.3.0 later' })
  expect(await lanes.states()).toMatchObject([{ state: 'slowed', reason: '451 4.3.0 later' }])
})
