// LaneControl: places among a lane's connections.
import { expect, test } from 'vitest'
import type { LaneControl } from '../../../src/core/sending/ports.ts'
import type { SendLab } from '../../support/sending/send-lab.ts'
import { NOON, SECOND } from '../../support/times.ts'

export function promisesOfPlaces(lab: () => SendLab): void {
  function open(connections: number) {
    const clock = { now: NOON }
    const configs = ['default', 'naver'].map((name) => ({ name, domains: [], connections, perSecond: 10 }))
    return { clock, lanes: lab().open({ configs, now: () => clock.now }).lanes }
  }

  /** Asks until it is refused. */
  async function fill(lanes: LaneControl, owner: string, lane = 'default') {
    const places: { release: () => Promise<void> }[] = []
    for (;;) {
      const { granted, release } = await lanes.connect(lane, owner)
      if (!granted) return places
      places.push({ release })
    }
  }

  test('are as many as there are connections', async () => {
    const { lanes } = open(3)
    expect(await fill(lanes, 'a')).toHaveLength(3)
  })

  test('are free again when they are given back', async () => {
    const { lanes } = open(3)
    const places = await fill(lanes, 'a')
    await places[0]?.release()
    expect(await fill(lanes, 'a')).toHaveLength(1)
  })

  test('are given back once', async () => {
    const { lanes } = open(2)
    const [first] = await fill(lanes, 'a')
    await first?.release()
    await first?.release()
    expect(await fill(lanes, 'a')).toHaveLength(1)
  })

  test('of another lane are others', async () => {
    const { lanes } = open(2)
    await fill(lanes, 'a')
    expect(await fill(lanes, 'a', 'naver')).toHaveLength(2)
  })

  test('are never more, however many owners ask', async () => {
    const { lanes } = open(4)
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, n) => lanes.connect('default', `owner ${n % 7}`)),
    )
    expect(asked.filter(({ granted }) => granted).length).toBeLessThanOrEqual(4)
  })

  test('are shared by the owners that want some', async () => {
    const { lanes } = open(6)
    const first = await fill(lanes, 'ab')
    expect(await fill(lanes, 'a')).toHaveLength(0)
    for (const { release } of first) await release()
    expect(await fill(lanes, 'ab')).toHaveLength(3)
    expect(await fill(lanes, 'a')).toHaveLength(3)
  })

  test('are all in use where owners ask at different moments', async () => {
    const { clock, lanes } = open(3)
    for (const owner of ['b', 'a']) for (const { release } of await fill(lanes, owner)) await release()
    let taken = 0
    for (const owner of ['a', 'b']) {
      clock.now += 1
      taken += (await fill(lanes, owner)).length
    }
    expect(taken).toBe(3)
  })

  test('go round where there are fewer than owners', async () => {
    const { clock, lanes } = open(1)
    const turns = { a: 0, b: 0, c: 0 }
    for (let second = 0; second < 9; second++, clock.now += SECOND)
      for (const owner of ['a', 'b', 'c'] as const)
        for (const { release } of await fill(lanes, owner)) {
          turns[owner] += 1
          await release()
        }
    // Who has not asked yet does not count, so the first turns may be the first one's.
    expect(Math.min(turns.a, turns.b, turns.c)).toBeGreaterThanOrEqual(2)
  })

  test('are all for one when the others no longer ask', async () => {
    const { clock, lanes } = open(4)
    for (const owner of ['a', 'b']) for (const { release } of await fill(lanes, owner)) await release()
    clock.now += 10 * SECOND
    expect(await fill(lanes, 'a')).toHaveLength(4)
  })
}
