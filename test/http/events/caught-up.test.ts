// Who asks for history while the archive is behind the feed: waits, but not in vain.
import { expect, test } from 'vitest'
import { HubError } from '../../../src/core/errors.ts'
import { caughtUp } from '../../../src/http/events/events.ts'

const head = { epoch: 1, seq: 9 }

/** It gets there while it is asked for the so-many-th time; where it never does, the database is there or not. */
function lab({ atAsk = Infinity, isAway = false }) {
  const waits: number[] = []
  const deps = {
    feed: { last: async () => head },
    archive: {
      async position() {
        if (isAway) throw new HubError('archive.unavailable')
        return head
      },
    },
    tracking: { reached: async (_: unknown, ms: number) => waits.push(ms) >= atAsk },
  }
  return { waits, caughtUp: () => caughtUp(deps) }
}

test('a database that is away is said to be, without the long wait', async () => {
  const { waits, caughtUp } = lab({ isAway: true })
  await expect(caughtUp()).rejects.toMatchObject({ code: 'archive.unavailable' })
  expect(waits).toEqual([500])
})

test('one that is there is waited for', async () => {
  const { waits, caughtUp } = lab({ atAsk: 2 })
  await caughtUp()
  expect(waits).toEqual([500, 10_000])
})

test('in vain, the history is said to be behind', async () => {
  await expect(lab({}).caughtUp()).rejects.toMatchObject({ code: 'archive.behind' })
})
