// Pushes changes of campaigns to the sockets that ask for them. They are read from the database, which all processes write to: at
// most four times a second, less often while nothing changes, and only while a socket asks for them.
import type { CampaignHead, CampaignStore } from '../../core/campaigns/ports.ts'
import type { ReactionStore } from '../../core/loop/ports.ts'
import type { Log } from '../../core/log.ts'
import type { Present } from './json.ts'
import { textFrame } from '../server/frames.ts'
import { openBoard, type Board } from '../server/board.ts'

type CampaignBoardOptions = {
  readonly campaigns: Pick<CampaignStore, 'list' | 'active' | 'get'>
  readonly reactions: Pick<ReactionStore, 'counts'>
  readonly present: Pick<Present, 'list'>
  readonly now: () => number
  readonly log: Log
  readonly everyMs?: number
  readonly quietMs?: number
}

const EVERY_MS = 250
/** The interval while no campaign is under way and none has changed. */
const QUIET_MS = 1_000
/** Active campaigns are watched, and this many of the newest. Older ones change slowly, and are read over HTTP. */
const NEWEST = 50

type Seen = {
  readonly isRunning: boolean
  readonly state: string
  readonly text: string
  readonly frame: Buffer
}

export function openCampaignBoard(options: CampaignBoardOptions): Board {
  const { campaigns, reactions, present, now, log, everyMs = EVERY_MS, quietMs = QUIET_MS } = options
  const seen = new Map<string, Seen>()

  async function watched(): Promise<readonly CampaignHead[]> {
    const [newest, active] = await Promise.all([campaigns.list(NEWEST), campaigns.active(now())])
    const heads = new Map([...active, ...newest].map((campaign) => [campaign.id, campaign]))
    // An older one that runs no more: that is shown, too, or it would seem to run for ever.
    const ended = [...seen].filter(([id, { isRunning }]) => isRunning && !heads.has(id))
    const found = await Promise.all(ended.map(([id]) => campaigns.get(id)))
    return [...heads.values(), ...found.filter((campaign) => campaign !== undefined)]
  }

  async function look() {
    const heads = await watched()
    const counts = await reactions.counts(heads.map(({ id }) => id))
    const running = new Set(heads.filter(({ status }) => status === 'running').map(({ id }) => id))
    const states = new Map(heads.map((head) => [head.id, JSON.stringify([head, counts.get(head.id)])]))
    // Counting deliveries is costly, so it is done only for campaigns that are under way or have changed.
    const changing = heads.filter(
      (head) => isUnderWay(head) || seen.get(head.id)?.state !== states.get(head.id),
    )
    for (const json of await present.list(changing)) {
      const { id } = json
      const text = JSON.stringify(json)
      const before = seen.get(id)
      const frame = before?.text === text ? before.frame : textFrame({ type: 'campaign', campaign: json })
      seen.set(id, { isRunning: running.has(id), state: states.get(id) ?? '', text, frame })
    }
    for (const id of seen.keys()) if (!states.has(id)) seen.delete(id)
    const frames = new Map([...seen].map(([id, { frame }]) => [id, frame]))
    return { frames, waitMs: changing.length > 0 ? everyMs : quietMs }
  }

  return openBoard({ what: 'the state of the campaigns', look, log })
}

/** Also while it is paused or being cancelled: mails that were under way are still recorded. */
function isUnderWay({ startedAt, finishedAt }: CampaignHead): boolean {
  return startedAt !== null && finishedAt === null
}
