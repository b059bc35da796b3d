// Changes of campaigns, for the sockets that ask for them: looked up in the database, where every process's work ends up,
// four times a second at most, less often while nothing moves, and only while somebody looks on.
import type { CampaignHead, CampaignStore } from '../../core/campaigns/ports.ts'
import type { ReactionStore } from '../../core/loop/ports.ts'
import type { Log } from '../../core/log.ts'
import type { Present } from './json.ts'
import { textFrame } from '../server/frames.ts'
import { openBoard, type Board } from '../server/board.ts'

type CampaignBoardOptions = {
  readonly campaigns: Pick<CampaignStore, 'list' | 'active'>
  readonly reactions: Pick<ReactionStore, 'counts'>
  readonly present: Pick<Present, 'list'>
  readonly now: () => number
  readonly log: Log
  readonly everyMs?: number
  readonly quietMs?: number
}

const EVERY_MS = 250
/** While no campaign is under way, and none has changed. */
const QUIET_MS = 1_000
/** Those that run, and so many of the newest: what comes back of older ones changes slowly, and is read over HTTP. */
const NEWEST = 50

type Seen = { readonly sign: string; readonly text: string; readonly frame: Buffer }

export function openCampaignBoard(options: CampaignBoardOptions): Board {
  const { campaigns, reactions, present, now, log, everyMs = EVERY_MS, quietMs = QUIET_MS } = options
  const seen = new Map<string, Seen>()

  async function watched(): Promise<readonly CampaignHead[]> {
    const [newest, active] = await Promise.all([campaigns.list(NEWEST), campaigns.active(now())])
    return [...new Map([...active, ...newest].map((campaign) => [campaign.id, campaign])).values()]
  }

  async function look() {
    const heads = await watched()
    const counts = await reactions.counts(heads.map(({ id }) => id))
    const signs = new Map(heads.map((head) => [head.id, JSON.stringify([head, counts.get(head.id)])]))
    // Deliveries change between start and end, and are costly to count: only then.
    const perhaps = heads.filter((head) => isUnderWay(head) || seen.get(head.id)?.sign !== signs.get(head.id))
    for (const json of await present.list(perhaps)) {
      const { id } = json
      const text = JSON.stringify(json)
      const before = seen.get(id)
      const frame = before?.text === text ? before.frame : textFrame({ type: 'campaign', campaign: json })
      seen.set(id, { sign: signs.get(id) ?? '', text, frame })
    }
    for (const id of seen.keys()) if (!signs.has(id)) seen.delete(id)
    const frames = new Map([...seen].map(([id, { frame }]) => [id, frame]))
    return { frames, waitMs: perhaps.length > 0 ? everyMs : quietMs }
  }

  return openBoard({ what: 'the state of the campaigns', look, log })
}

/** Also while it is paused, or is being cancelled: mails that were under way are still recorded. */
function isUnderWay({ startedAt, finishedAt }: CampaignHead): boolean {
  return startedAt !== null && finishedAt === null
}
