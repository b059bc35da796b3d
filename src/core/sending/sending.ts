// Sending: what is due in the ledger goes to the mail server, every mail once, at each lane's pace.
//
// A feeder keeps a few chunks of each campaign and lane in the queue; workers take them one by one. The ledger and the
// marks decide, mail by mail, what is left to do, so queue, feeder and workers may die at any moment.
import { pause } from '../pause.ts'
import { createLaneOf, queuedByLane, type LaneConfig } from './lanes/lanes.ts'
import type { ChunkRef } from '../campaigns/ports.ts'
import { startFeeder } from './feeder.ts'
import { openGate } from './lanes/gate.ts'
import { createHealth } from './lanes/health.ts'
import { createCounters, type SendingParts } from './parts.ts'
import { openWatch } from './watch.ts'
import { workOn } from './worker.ts'

export type SendingOptions = Omit<SendingParts, 'now'> & {
  /** How long a worker keeps a chunk at most. It then comes back with what has become due meanwhile. */
  readonly inHandMs?: number
  readonly now?: () => number
}

export type Sending = ReturnType<typeof startSending>

/** Chunks of a lane that one process has in hand, so that about twenty campaigns can take turns (see the feeder's AHEAD). */
const WIDTH = 32
const FLUSH_EVERY_MS = 1_000
const IN_HAND_MS = 30_000
/** A process with many chunks in hand writes each one's outcomes to the ledger less often, since that is a commit. */
const FLUSH_SPACING_MS = 40
const RETRY_MS = 1_000
/** Tracking that is further behind is not waited for. */
const TRACKING_MS = 30_000

export function startSending({ inHandMs = IN_HAND_MS, now = Date.now, ...given }: SendingOptions) {
  const options: SendingParts = { ...given, now }
  const { campaigns, ledger, laneConfigs, queue, log } = options
  const laneNames = laneConfigs.map(({ name }) => name)
  const laneOf = createLaneOf(laneConfigs)
  const counters = createCounters(laneNames)
  const watch = openWatch(options)
  const feeder = startFeeder({ ...options, laneNames, laneOf })
  const state = { inHand: 0, troubled: false }
  const closing = new AbortController()

  /** Before a mail in doubt is sent again: an event that proves it was sent may be stored already, and not tracked yet. */
  async function waitForTracking(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(TRACKING_MS)
    try {
      await options.untilTracked(AbortSignal.any([signal, late]))
    } catch (err) {
      log.warn({ err }, 'cannot check whether all events are tracked')
    }
    if (late.aborted) log.warn({}, 'not all events are tracked yet: sending continues anyway')
  }

  const shared = { ...options, waitForTracking, watch, counters, inHandMs }
  function startLane(config: LaneConfig) {
    const { name: lane, connections } = config
    const gate = openGate({ ...options, lane, connections })
    const health = createHealth({ ...options, lane, isMixed: config.domains.length === 0 })
    const flushEveryMs = () => Math.max(FLUSH_EVERY_MS, state.inHand * FLUSH_SPACING_MS)
    const parts = { ...shared, gate, health, connections, flushEveryMs }
    const worker = queue.work(lane, WIDTH, (ref, signal) =>
      withCare(ref, signal, () => workOn(parts, ref, signal)),
    )
    return {
      async close(): Promise<void> {
        await worker.close()
        await gate.close()
      },
    }
  }

  /** A failing store ends the work on a chunk, and the feeder brings it back; not at once, since it would fail again. */
  async function withCare(ref: ChunkRef, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    state.inHand += 1
    try {
      await work()
      state.troubled = false
    } catch (err) {
      if (!state.troubled) log.warn({ err, ...ref }, 'a chunk of a campaign cannot be sent, trying again')
      state.troubled = true
      await pause(RETRY_MS, signal)
    } finally {
      state.inHand -= 1
      feeder.wake()
    }
  }

  const lanes = waitForTracking(closing.signal).then(() =>
    closing.signal.aborted ? [] : laneConfigs.map(startLane),
  )
  return {
    /** To be called when something may be due. Where another process is the feeder, it finds out by itself. */
    wake: feeder.wake,
    async metrics() {
      const active = (await campaigns.active(now())).map(({ id }) => id)
      return {
        /** Of this process, by lane. */
        counts: counters.read(),
        /** Of all processes, like `queued`. */
        lanes: await options.lanes.states(),
        /** Deliveries of running campaigns that are queued or deferred, by lane. */
        queued: queuedByLane(laneNames, (await ledger.tallies(active)).values()),
        /** Of this process. */
        chunksInHand: state.inHand,
      }
    },
    /** Finishes and records the mails in flight, and leaves the rest to others. */
    async close(): Promise<void> {
      closing.abort()
      await feeder.close()
      await Promise.all((await lanes).map((lane) => lane.close()))
      watch.close()
    },
  }
}
