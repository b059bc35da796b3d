// The gate of a lane: every mail of this process waits here for a place among the connections and for the right to be sent
// now. Campaigns take turns, so that ten subscribers do not wait behind a million.
import type { Log } from '../../log.ts'
import { ago, createNap } from '../../pause.ts'
import { openPlaces, type PlacesOptions } from './places.ts'

type GateOptions = PlacesOptions & { readonly log: Log }

type Permit = { release(): void }

export type Gate = ReturnType<typeof openGate>

type Waiter = { readonly group: object; readonly pass: (permit: Permit | undefined) => void }

const RETRY_MS = 500
/** While all places are in use: a place of this process that is put back ends the wait, others are found by asking again. */
const FULL_MS = 100
/** However slow a lane is, it is asked again by then: a timer of more than 2^31 ms would end at once. */
const ASK_MS = 60_000
/** A twentieth of a second's mails. A lane may be ahead by as much again, so no second has more than a tenth extra. */
const STOCK_MS = 50

export function openGate(options: GateOptions) {
  const { lane, log } = options
  const turns = createTurns()
  const places = openPlaces(options)
  const stock = createStock(options)
  const [full, pace] = [createNap(), createNap()]
  const state = { serving: false, closed: false, troubled: false }

  async function serve(): Promise<void> {
    const ready = await places.ready(turns.count())
    if (ready === 0) return turns.count() > 0 ? full.wait(FULL_MS) : undefined
    const retryAfterMs = stock.isEmpty() ? await stock.fill(ready) : 0
    for (let i = 0; i < ready && turns.count() > 0 && stock.take(); i++) {
      const place = places.take()
      if (!place) break
      const release = () => {
        places.putBack(place)
        full.wake()
      }
      turns.next()?.pass({ release })
    }
    if (retryAfterMs > 0) await pace.wait(Math.min(retryAfterMs, ASK_MS))
  }

  async function serveAll(): Promise<void> {
    if (state.serving) return
    state.serving = true
    while (turns.count() > 0) {
      try {
        await serve()
        if (state.troubled) log.info({ lane }, 'the lane continues')
        state.troubled = false
      } catch (err) {
        if (!state.troubled) log.warn({ err, lane }, 'the lane waits: its pace cannot be read')
        state.troubled = true
        await pace.wait(RETRY_MS)
      }
    }
    state.serving = false
  }

  return {
    /** Waits for a turn of the campaign. Undefined after `leave`. */
    enter(campaignId: string, group: object): Promise<Permit | undefined> {
      if (state.closed) return Promise.resolve(undefined)
      const entered = new Promise<Permit | undefined>((pass) => turns.add(campaignId, { group, pass }))
      void serveAll()
      return entered
    },
    /** Ends the wait of everybody in a group, without a permit. */
    leave: (group: object): void => turns.drop((waiter) => waiter.group === group),
    async close(): Promise<void> {
      state.closed = true
      turns.drop(() => true)
      for (const nap of [full, pace]) nap.wake()
      await places.close()
    },
  }
}

/**
 * Rights to send that are leased and not used yet: about as many as were used in the moments before, so that a fast lane need
 * not ask for each mail. They expire soon, or a lane that was held up would catch up all at once.
 */
function createStock({ lane, lanes, now }: PlacesOptions) {
  const state = { count: 0, filledAt: 0, used: 0 }
  const isEmpty = (): boolean => state.count === 0 || ago(state.filledAt, now()) >= STOCK_MS
  return {
    isEmpty,
    /** Leases what is needed now and, likely, in the next moments. Returns how long to wait if nothing was granted, else 0. */
    async fill(needed: number): Promise<number> {
      const likely = ago(state.filledAt, now()) < 2 * STOCK_MS ? state.used : 0
      const { granted, retryAfterMs } = await lanes.lease(lane, needed + likely)
      Object.assign(state, { count: granted, filledAt: now(), used: 0 })
      return granted > 0 ? 0 : retryAfterMs
    },
    take(): boolean {
      if (isEmpty()) return false
      state.count -= 1
      state.used += 1
      return true
    },
  }
}

/** Who waits, by campaign: campaigns take turns, and within one the first to come is the first to go. */
function createTurns() {
  const campaigns = new Map<string, Waiter[]>()
  let count = 0
  return {
    count: () => count,
    add(campaignId: string, waiter: Waiter): void {
      count += 1
      const waiting = campaigns.get(campaignId)
      if (waiting) waiting.push(waiter)
      else campaigns.set(campaignId, [waiter])
    },
    next(): Waiter | undefined {
      for (const [campaignId, waiting] of campaigns) {
        const waiter = waiting.shift()
        campaigns.delete(campaignId)
        if (waiting.length > 0) campaigns.set(campaignId, waiting) // now last in turn
        if (!waiter) continue
        count -= 1
        return waiter
      }
      return undefined
    },
    drop(which: (waiter: Waiter) => boolean): void {
      for (const [campaignId, waiting] of campaigns) {
        const staying = waiting.filter((waiter) => !which(waiter))
        count -= waiting.length - staying.length
        if (staying.length > 0) campaigns.set(campaignId, staying)
        else campaigns.delete(campaignId)
        for (const waiter of waiting) if (which(waiter)) waiter.pass(undefined)
      }
    },
  }
}
