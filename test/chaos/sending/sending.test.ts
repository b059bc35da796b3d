// A small campaign through chaos on each kind of store: the same as `npm run chaos -- sending`.
import { expect, test } from 'vitest'
import { FAST } from '../../support/sending/send-lab.ts'
import { SENDING_STORES, sendThroughChaos } from './sending.ts'

test.each(SENDING_STORES)(
  'on %s stores everyone gets a campaign, over kill -9 of workers, a frozen one, and a restart of Redis',
  async (store) => {
    const subscribers = 2_500
    const size = { subscribers, kills: 3, perSecond: 60, connections: 4, frozenMs: 4_000 }
    const { findings, counts, missed } = await sendThroughChaos({ store, patience: FAST, ...size })
    expect(findings).toEqual([])
    expect(missed).toBe(0)
    expect(counts).toMatchObject({ total: subscribers, sent: subscribers })
  },
)
