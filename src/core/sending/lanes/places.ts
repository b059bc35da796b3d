// This process's places among a lane's connections: asked for when needed, given back soon.
import { ago } from '../../pause.ts'
import { TURN_MS } from './lanes.ts'
import type { LaneControl } from '../ports.ts'

type Place = { readonly since: number; readonly release: () => Promise<void> }

export type PlacesOptions = {
  readonly lane: string
  readonly lanes: LaneControl
  readonly owner: string
  readonly connections: number
  readonly now: () => number
}

const ASK_AGAIN_MS = 100
const IDLE_MS = 500

export function openPlaces({ lane, lanes, owner, connections, now }: PlacesOptions) {
  let idle: (Place & { idleSince: number })[] = []
  let heldCount = 0
  let refusedAt = 0
  let closed = false
  const releasing = new Set<Promise<void>>()

  function giveBack({ release }: Place): void {
    heldCount -= 1
    const released = release()
      .catch(() => undefined) // it expires by itself; an outage of the store is reported by the next ready()
      .finally(() => releasing.delete(released))
    releasing.add(released)
  }

  const sweep = setInterval(() => {
    const unused = idle.filter(({ idleSince }) => ago(idleSince, now()) >= IDLE_MS)
    idle = idle.filter((place) => !unused.includes(place))
    unused.forEach(giveBack)
  }, IDLE_MS)
  sweep.unref()

  return {
    /** Gets up to `wanted` places ready to be taken; returns how many there are. */
    async ready(wanted: number): Promise<number> {
      while (
        idle.length < wanted &&
        heldCount < connections &&
        ago(refusedAt, now()) >= ASK_AGAIN_MS &&
        !closed
      ) {
        const { granted, release } = await lanes.connect(lane, owner)
        if (!granted) refusedAt = now()
        else {
          heldCount += 1
          idle.push({ since: now(), idleSince: now(), release })
        }
      }
      return Math.min(idle.length, wanted)
    },
    take: (): Place | undefined => idle.pop(),
    /** A place that was held for a while goes back to the store, so that each worker has its turn. */
    putBack(place: Place): void {
      if (closed || ago(place.since, now()) >= TURN_MS) giveBack(place)
      else idle.push({ ...place, idleSince: now() })
    },
    async close(): Promise<void> {
      closed = true
      clearInterval(sweep)
      idle.splice(0).forEach(giveBack)
      await Promise.all(releasing)
    },
  }
}
