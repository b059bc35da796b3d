// Sending: what is due in the ledger goes to the mail server, every mail once, at each lane's pace.
//
// A feeder keeps a few chunks of each campaign and lane in the queue; workers take them one by one. The ledger and the
// marks decide, mail by mail, what is left to do: queue, feeder and workers may die at any moment.
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
  /** How long a chunk is in hand at most: then it comes back with what has become due meanwhile. */
  readonly inHandMs?: number
  readonly now?: () => number
}

export type Sending = ReturnType<typeof startSending>

/** Chunks of a lane that one process has in hand: about twenty campaigns can take turns on it (see the feeder's AHEAD). */
const WIDTH = 32
const TELL_EVERY_MS = 1_000
const IN_HAND_MS = 30_000
/** A process with many chunks in hand tells of each less often: each telling is a commit. */
const TELL_SPACING_MS = 40
const RETRY_MS = 1_000
/** Tracking that is further behind is not waited for. */
const HEARING_MS = 30_000

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

  /** Before a mail in doubt is sent again: the proof that it was sent may be stored already, and only be read late. */
  async function hear(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(HEARING_MS)
    try {
      await options.heard(AbortSignal.any([signal, late]))
    } catch (err) {
      log.warn({ err }, 'whether all events that came back are tracked cannot be checked')
    }
    if (late.aborted) log.warn({}, 'not all events that came back are tracked yet: sending goes on')
  }

  function startLane(config: LaneConfig) {
    const { name: lane, connections } = config
    const gate = openGate({ ...options, lane, connections })
    const health = createHealth({ ...options, lane, isMixed: config.domains.length === 0 })
    const tellEveryMs = () => Math.max(TELL_EVERY_MS, state.inHand * TELL_SPACING_MS)
    const parts = { ...options, hear, watch, gate, health, counters, connections, inHandMs, tellEveryMs }
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

  /** A store that fails ends the chunk; the feeder brings it back. Not at once: others would find it failing, too. */
  async function withCare(ref: ChunkRef, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    state.inHand += 1
    try {
      await work()
      state.troubled = false
    } catch (err) {
      if (!state.troubled)
        log.warn({ err, ...ref }, 'a chunk of a campaign cannot be worked on, trying again')
      state.troubled = true
      await pause(RETRY_MS, signal)
    } finally {
      state.inHand -= 1
      feeder.wake()
    }
  }

  const lanes = hear(closing.signal).then(() => (closing.signal.aborted ? [] : laneConfigs.map(startLane)))
  return {
    /** Something may be due: a campaign was started or resumed. Where another process feeds, it finds out by itself. */
    wake: feeder.wake,
    async metrics() {
      const active = (await campaigns.active(now())).map(({ id }) => id)
      return {
        /** Of this process, by lane. */
        counts: counters.read(),
        /** Of all processes, as what follows. */
        lanes: await options.lanes.states(),
        /** Deliveries of running campaigns that are queued or deferred, by lane. */
        queued: queuedByLane(laneNames, (await ledger.tallies(active)).values()),
        /** Of this process. */
        chunksInHand: state.inHand,
      }
    },
    /** Finishes the mails in flight, records them, and leaves the rest to others. */
    async close(): Promise<void> {
      closing.abort()
      await feeder.close()
      await Promise.all((await lanes).map((lane) => lane.close()))
      watch.close()
    },
  }
}
