// Sending: what is due in the ledger goes to the mail server, every mail once, at each lane's pace.
//
// A feeder keeps a few chunks of each campaign and lane in the queue; workers take them one by one. The ledger and the
// marks decide, mail by mail, what is left to do: queue, feeder and workers may die at any moment.
import type { Log } from '../log.ts'
import { pause } from '../pause.ts'
import type { Leases } from '../ports.ts'
import { createLaneOf, queuedByLane, type LaneConfig } from './lanes/lanes.ts'
import type { Campaign, CampaignStore, ChunkRef, Ledger } from '../campaigns/ports.ts'
import type { LaneControl, LaneState, Mailer, Marks, SendQueue } from './ports.ts'
import type { SubscriberStore, SuppressionStore } from '../list/ports.ts'
import { createCounters, type LaneCounts } from './counters.ts'
import { startFeeder } from './feeder.ts'
import { openGate } from './lanes/gate.ts'
import { createHealth } from './lanes/health.ts'
import type { HeardOf } from './todo.ts'
import { createWatch, type Compiled } from './watch.ts'
import { workOn } from './worker.ts'

export type SendingOptions = {
  readonly campaigns: CampaignStore
  readonly ledger: Ledger
  readonly subscribers: Pick<SubscriberStore, 'unmailable'>
  readonly suppressions: Pick<SuppressionStore, 'put'>
  /** What came back of mails that are still to be sent as far as the ledger knows: they were sent. */
  readonly reactions: { readonly of: HeardOf }
  /** Resolves when `reactions` knows all that has come back until now, or when the signal says so. */
  readonly heard: (signal: AbortSignal) => Promise<void>
  readonly queue: SendQueue
  readonly marks: Marks
  readonly lanes: LaneControl
  readonly laneConfigs: readonly LaneConfig[]
  readonly mailer: Mailer
  /** What keeps campaigns from starting: see core/campaigns/mail/sender.ts. */
  readonly senderProblem: string | null
  /** Reads a campaign's template; its mails are then made one by one. */
  readonly compile: (campaign: Campaign) => Compiled
  readonly retryDelaysMs: readonly number[]
  readonly leases: Leases
  /** This process, unlike any other on the same stores. */
  readonly owner: string
  /** How long a chunk is in hand at most: then it comes back with what has become due meanwhile. */
  readonly inHandMs?: number
  readonly now?: () => number
  readonly log: Log
}

type SendingMetrics = {
  /** Of this process, by lane. */
  readonly counts: ReadonlyMap<string, LaneCounts>
  /** Of all processes. */
  readonly lanes: readonly LaneState[]
  /** Deliveries of running campaigns that are queued or deferred, by lane. */
  readonly queued: ReadonlyMap<string, number>
  readonly chunksInHand: number
}

export type Sending = {
  /** Something may be due: a campaign was started or resumed. Where another process feeds, it finds out by itself. */
  wake(): void
  metrics(): Promise<SendingMetrics>
  /** Finishes the mails in flight, records them, and leaves the rest to others. */
  close(): Promise<void>
}

/** Chunks of a lane that one process has in hand: about twenty campaigns can take turns on it (see the feeder's AHEAD). */
const WIDTH = 32
const TELL_EVERY_MS = 1_000
const IN_HAND_MS = 30_000
/** A process with many chunks in hand tells of each less often: each telling is a commit. */
const TELL_SPACING_MS = 40
const RETRY_MS = 1_000
/** Tracking that is further behind is not waited for. */
const HEARING_MS = 30_000

export function startSending(options: SendingOptions): Sending {
  const { laneConfigs, queue, log, inHandMs = IN_HAND_MS, now = Date.now } = options
  const laneNames = laneConfigs.map(({ name }) => name)
  const laneOf = createLaneOf(laneConfigs)
  const counters = createCounters(laneNames)
  const watch = createWatch({ ...options, now })
  const feeder = startFeeder({ ...options, laneNames, laneOf, now })
  const state = { inHand: 0, troubled: false }
  const closing = new AbortController()

  /** Before a mail in doubt is sent again: the proof that it was sent may be stored already, and only be read late. */
  async function hear(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(HEARING_MS)
    try {
      await options.heard(AbortSignal.any([signal, late]))
    } catch (err) {
      log.warn({ err }, 'whether what came back is known cannot be found out')
    }
    if (late.aborted) log.warn({}, 'what came back is not all known yet: sending goes on without it')
  }

  function startLane(config: LaneConfig) {
    const { name: lane, connections } = config
    const gate = openGate({ ...options, lane, connections, now })
    const health = createHealth({ ...options, lane, isMixed: config.domains.length === 0, now })
    const tellEveryMs = () => Math.max(TELL_EVERY_MS, state.inHand * TELL_SPACING_MS)
    const parts = { ...options, hear, now, watch, gate, health, counters, connections, inHandMs, tellEveryMs }
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
    wake: feeder.wake,
    async metrics() {
      const active = await options.campaigns.active(now())
      return {
        counts: counters.read(),
        lanes: await options.lanes.states(),
        queued: queuedByLane(laneNames, (await options.ledger.tallies(active.map(({ id }) => id))).values()),
        chunksInHand: state.inHand,
      }
    },
    async close() {
      closing.abort()
      await feeder.close()
      await Promise.all((await lanes).map((lane) => lane.close()))
      watch.close()
    },
  }
}
