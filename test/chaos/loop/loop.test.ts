// A small campaign through the fake Mandrill on each kind of store: the same as `npm run chaos -- loop`.
import { expect, test } from 'vitest'
import { LOOP_STORES, runLoop } from './loop.ts'

test.each(LOOP_STORES)(
  'on %s stores all numbers of a campaign are exact, over kill -9 of a hub that sends and is told',
  async (store) => {
    const size = { subscribers: 300, kills: 1, perSecond: 200, spanMs: 2_000, seed: 11 }
    const { findings, found, expected } = await runLoop({ store, ...size })
    expect(findings).toEqual([])
    expect(found.campaign).toMatchObject({
      status: 'finished',
      people: expected.people,
      robots: expected.robots,
    })
    expect(
      Math.min(expected.people.opened, expected.people.clicked, expected.robots.clicked),
    ).toBeGreaterThan(5)
  },
)
