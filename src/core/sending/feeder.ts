// The feeder: puts the chunks that the ledger says are due into the queue. It is the sweeper, too: a chunk that is due and
// that nobody has is simply added again, whatever became of it. One process does this at a time, but two would do no harm.
import { createLease } from '../lease.ts'
import { ago, backOff, createNap } from '../pause.ts'
import { DEFAULT_LANE } from './lanes/lanes.ts'
import type { CampaignHead, CampaignStore, ChunkRef, Ledger } from '../campaigns/ports.ts'
import type { SendingParts } from './parts.ts'
import type { Mailer, SendQueue } from './ports.ts'

type FeederOptions = Pick<SendingParts, 'senderProblem' | 'leases' | 'owner' | 'now' | 'log'> & {
  readonly campaigns: Pick<CampaignStore, 'active' | 'cancelling' | 'change'>
  readonly ledger: Pick<Ledger, 'expand' | 'cancel' | 'dueChunks' | 'finishIfDone' | 'tallies'>
  readonly queue: Pick<SendQueue, 'add'>
  readonly mailer: Pick<Mailer, 'transport'>
  readonly laneNames: readonly string[]
  readonly laneOf: (email: string) => string
}

const TICK_MS = 200
/** It feeds no more often than this, however often it is woken. */
const FEED_SPACING_MS = 20
/** A campaign with nothing due now is looked at less often. */
const REST_MS = 1_000
/**
 * Chunks of one campaign and lane in the queue at a time (`most`; fewer when many campaigns run): enough for several workers,
 * and so few that chunks of all campaigns are in hand at the same time, where they take turns mail by mail.
 */
const AHEAD = { most: 4, ofAll: 12 }
/** Subscribers in one step, which is one transaction. */
const EXPAND_READERS = 2_000
const CANCEL_DELIVERIES = 5_000
/** How often to look for lanes that are no longer configured and still hold mails of older campaigns. */
const STRAYS_MS = 10_000
const RETRY_MS = { first: 200, most: 5_000 }

export function startFeeder(options: FeederOptions) {
  const { campaigns, now, log } = options
  const lease = createLease('sending', options)
  const nap = createNap()
  const lanesOf = createLanes(options)
  const resting = new Map<string, number>()
  const state = { closing: false, woken: false, fedAt: -Infinity, failures: 0 }

  /** True when there is more to do at once. */
  async function tick(): Promise<boolean> {
    if (!(await lease.hold())) {
      state.woken = false
      return false
    }
    const active = await campaigns.active(now())
    const running = await startDue(options, active)
    const cancelling = await campaigns.cancelling()
    const more = [await expand(options, running), await cancel(options, cancelling)]
    if (state.woken || ago(state.fedAt, now()) >= TICK_MS) await feedAll(running)
    return more.includes(true)
  }

  async function feedAll(running: readonly CampaignHead[]): Promise<void> {
    state.woken = false
    state.fedAt = now()
    const ahead = Math.max(1, Math.min(AHEAD.most, Math.floor(AHEAD.ofAll / running.length)))
    for (const [id, since] of resting) if (ago(since, now()) >= REST_MS) resting.delete(id)
    for (const campaign of running) {
      if (resting.has(campaign.id)) continue
      const fed = await feed(options, campaign, await lanesOf(campaign.id), ahead)
      if (!fed && campaign.expanded) resting.set(campaign.id, now())
    }
  }

  async function run(): Promise<void> {
    while (!state.closing) {
      let more = false
      try {
        more = await tick()
        if (state.failures > 0) log.info({}, 'campaigns continue')
        state.failures = 0
      } catch (err) {
        if (state.failures === 0) log.warn({ err }, 'campaigns wait: the database cannot be read')
        const delay = backOff(state.failures, RETRY_MS)
        state.failures += 1
        if (!state.closing) await nap.wait(delay)
      }
      if (!more && !state.closing) await nap.wait(state.woken ? FEED_SPACING_MS : TICK_MS)
    }
    await lease.release()
  }

  const done = run()
  return {
    wake(): void {
      if (!state.woken) nap.wake()
      state.woken = true
    },
    async close(): Promise<void> {
      state.closing = true
      nap.wake()
      await done
    },
  }
}

/** Scheduled campaigns whose time has come begin. */
async function startDue(options: FeederOptions, active: readonly CampaignHead[]) {
  const { campaigns, mailer, senderProblem, now, log } = options
  const { transport } = mailer
  const running: CampaignHead[] = []
  for (const campaign of active) {
    if (campaign.status === 'running') {
      running.push(campaign)
      continue
    }
    if (senderProblem) {
      await holdBack(options, campaign, senderProblem)
      continue
    }
    const start = { status: 'running', statusReason: null, startedAt: now(), transport } as const
    if (!(await campaigns.change(campaign.id, ['scheduled'], start))) continue
    log.info({ campaign: campaign.id }, 'a scheduled campaign has started')
    running.push({ ...campaign, ...start })
  }
  return running
}

/** Sets startedAt, so that its audience is who was subscribed at its time, whenever somebody resumes it. */
async function holdBack({ campaigns, mailer, now, log }: FeederOptions, { id }: CampaignHead, why: string) {
  const statusReason = `No mail can go out: ${why}`
  const paused = { status: 'paused', statusReason, startedAt: now(), transport: mailer.transport } as const
  if (await campaigns.change(id, ['scheduled'], paused))
    log.error({ campaign: id, reason: statusReason }, 'a scheduled campaign cannot start: it is paused')
}

/** One step for each campaign that is not expanded yet, so that small ones do not wait for large ones. */
async function expand({ ledger, laneOf, now }: FeederOptions, running: readonly CampaignHead[]) {
  let more = false
  for (const campaign of running)
    if (!campaign.expanded)
      more = (await ledger.expand(campaign.id, laneOf, EXPAND_READERS, now())) === 'more' || more
  return more
}

async function cancel({ ledger, now }: FeederOptions, cancelling: readonly CampaignHead[]) {
  let more = false
  for (const { id } of cancelling) more = (await ledger.cancel(id, CANCEL_DELIVERIES, now())) > 0 || more
  return more
}

/** False when nothing of the campaign is due. */
async function feed(
  { ledger, queue, now, log }: FeederOptions,
  campaign: CampaignHead,
  lanes: readonly { readonly name: string; readonly goesTo: string }[],
  ahead: number,
): Promise<boolean> {
  const due: ChunkRef[] = []
  for (const { name, goesTo } of lanes) {
    const refs = await ledger.dueChunks(campaign.id, name, now(), ahead)
    due.push(...refs.map((ref) => ({ ...ref, lane: goesTo })))
  }
  if (due.length > 0) await queue.add(due)
  else if (campaign.expanded && (await ledger.finishIfDone(campaign.id, now())))
    log.info({ campaign: campaign.id }, 'a campaign has finished')
  return due.length > 0
}

/** The lanes that a campaign has chunks on, and the lane that each goes out on. */
function createLanes({ ledger, laneNames, now }: FeederOptions) {
  const own = laneNames.map((name) => ({ name, goesTo: name }))
  const known = new Map<string, { lanes: typeof own; readAt: number }>()
  return async (campaignId: string) => {
    for (const [id, { readAt }] of known) if (ago(readAt, now()) >= STRAYS_MS) known.delete(id)
    const fresh = known.get(campaignId)
    if (fresh) return fresh.lanes
    const tallies = (await ledger.tallies([campaignId])).get(campaignId)
    const strays = [...(tallies?.keys() ?? [])].filter((name) => !laneNames.includes(name))
    const lanes = [...own, ...strays.map((name) => ({ name, goesTo: DEFAULT_LANE }))]
    known.set(campaignId, { lanes, readAt: now() })
    return lanes
  }
}
