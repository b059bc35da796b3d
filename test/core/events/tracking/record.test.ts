// How a page goes into the archive: not in one piece of work that keeps everybody else waiting.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import type { EventArchive, Quarantine } from '../../../../src/core/events/ports.ts'
import { createRecorder } from '../../../../src/core/events/tracking/record.ts'
import { makeEvents } from '../../../support/events/feed-lab.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

test('others have their turns while the facts of a large page are read', async () => {
  let turns = 0
  const taken: { rows: number; turns: number }[] = []
  let turning = setImmediate(function turn() {
    turns++
    turning = setImmediate(turn)
  })
  const archive = {
    record: async (_from, _to, rows) => void taken.push({ rows: rows.length, turns }),
  } as Pick<EventArchive, 'record'> as EventArchive
  const quarantine = {} as Partial<Quarantine> as Quarantine
  const record = createRecorder({ archive, quarantine, log, moved: () => {}, now: () => 0 })
  const cursorOf = (n: number) => ({ epoch: 1, seq: n + 1 })
  const events = makeEvents(1_000).map((event, n) => ({ ...event, receivedAt: 0, cursor: cursorOf(n) }))
  await record(BEGINNING, { events, next: cursorOf(999) })
  clearImmediate(turning)
  expect(taken).toEqual([{ rows: 1_000, turns: expect.any(Number) }])
  expect(taken[0]?.turns).toBeGreaterThanOrEqual(3)
})
