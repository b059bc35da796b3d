// Places among the connections of a lane in Redis: kept by a heartbeat, so that a dead worker's are soon free.
import { randomUUID } from 'node:crypto'
import type { Log } from '../../../core/log.ts'
import type { LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import { SEND_KEYS } from '../keys.ts'
import { connectScript, releaseScript, renewScript } from './lane-scripts.ts'
import type { SendConnection } from './connection.ts'

const KEPT_MS = 6_000
const RENEW_MS = 2_000
/** Whoever has not asked for so long wants no place. */
const WANTED_MS = 2_500

type PlacesOptions = {
  readonly connection: Pick<SendConnection, 'run'>
  readonly clock: () => string
  readonly turnMs: number
  readonly log: Log
}

export function openPlaces({ connection, clock, turnMs, log }: PlacesOptions) {
  const held = new Map<string, Set<string>>()
  let troubled = false

  async function renew(): Promise<void> {
    for (const [lane, members] of held)
      if (members.size > 0)
        await connection.run(renewScript, [SEND_KEYS.places(lane)], [clock(), KEPT_MS, ...members])
  }

  const heartbeat = setInterval(() => {
    // What expires in an outage is asked for again. It is told once.
    renew().then(
      () => (troubled = false),
      (err: unknown) => {
        if (!troubled) log.warn({ err }, 'the places among the connections cannot be renewed')
        troubled = true
      },
    )
  }, RENEW_MS)
  heartbeat.unref()

  async function release(lane: string, member: string): Promise<void> {
    if (!held.get(lane)?.delete(member)) return
    await connection.run(releaseScript, [SEND_KEYS.places(lane)], [clock(), member])
  }

  return {
    async take({ name, connections }: LaneConfig, owner: string) {
      const place = randomUUID()
      const keys = [SEND_KEYS.places(name), SEND_KEYS.owners(name)]
      const args = [clock(), owner, place, connections, KEPT_MS, WANTED_MS, turnMs]
      if ((await connection.run(connectScript, keys, args)) !== 1)
        return { granted: false, release: async () => {} }
      const member = `${owner} ${place}`
      const members = held.get(name) ?? new Set()
      held.set(name, members.add(member))
      return { granted: true, release: () => release(name, member) }
    },
    async close(): Promise<void> {
      clearInterval(heartbeat)
      const all = [...held].flatMap(([lane, members]) => [...members].map((member) => release(lane, member)))
      await Promise.allSettled(all)
    },
  }
}
