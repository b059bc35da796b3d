// The campaigns whose chunks this process has in hand: compiled once, and watched for being paused or cancelled.
import type { Campaign, CampaignStore } from '../campaigns/ports.ts'
import type { Compiled, SendingParts } from './parts.ts'

export type Watch = ReturnType<typeof openWatch>

/** Pause and cancel take hold within a second, whichever process was asked. */
const LOOK_MS = 400
/** A campaign's text may be a megabyte. */
const COMPILED_KEPT = 16

type WatchParts = Pick<SendingParts, 'compile' | 'now' | 'log'> & {
  readonly campaigns: Pick<CampaignStore, 'get' | 'active' | 'change'>
}

export function openWatch({ campaigns, compile, now, log }: WatchParts) {
  const compiled = new Map<string, Compiled>()
  const watchers = new Map<string, Set<() => void>>()
  let looking = false

  async function look(): Promise<void> {
    if (watchers.size === 0 || looking) return
    looking = true
    try {
      const before = [...watchers.keys()]
      const running = new Set((await campaigns.active(now())).map(({ id }) => id))
      for (const id of before) if (!running.has(id)) watchers.get(id)?.forEach((stop) => stop())
    } catch (err) {
      log.warn({ err }, 'cannot check whether campaigns still run')
    } finally {
      looking = false
    }
  }

  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()

  /** A campaign whose mails cannot be made is paused, and says why. */
  async function read(campaign: Campaign): Promise<Compiled | undefined> {
    try {
      return remember(campaign, compiled.get(campaign.id) ?? compile(campaign))
    } catch (err) {
      log.error({ err, campaign: campaign.id }, 'the mails of a campaign cannot be built: it is paused')
      const statusReason = `its mails cannot be built: ${err instanceof Error ? err.message : String(err)}`
      await campaigns.change(campaign.id, ['running'], { status: 'paused', statusReason })
      return undefined
    }
  }

  function remember(campaign: Campaign, known: Compiled): Compiled {
    compiled.delete(campaign.id)
    compiled.set(campaign.id, known)
    const [oldest] = compiled.keys()
    if (compiled.size > COMPILED_KEPT && oldest !== undefined) compiled.delete(oldest)
    return known
  }

  return {
    /** Makes a running campaign's mails; undefined when it does not run. */
    async open(campaignId: string): Promise<Compiled | undefined> {
      const campaign = await campaigns.get(campaignId)
      return campaign?.status === 'running' ? read(campaign) : undefined
    },
    /** Calls `stop` within a second after the campaign no longer runs: the only way workers learn of it. Returns how to end. */
    onStop(campaignId: string, stop: () => void): () => void {
      const stops = watchers.get(campaignId) ?? new Set()
      watchers.set(campaignId, stops.add(stop))
      return () => {
        stops.delete(stop)
        if (stops.size === 0) watchers.delete(campaignId)
      }
    },
    close: () => clearInterval(timer),
  }
}
