// A campaign as JSON: its schema, and how it is made from the stores.
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { queuedByLane } from '../../core/sending/lanes/lanes.ts'
import { emptyTally, type Tally } from '../../core/campaigns/outcome.ts'
import { CAMPAIGN_STATUSES, DELIVERY_STATUSES, PEOPLE } from '../../core/campaigns/ports.ts'
import type { Campaign, CampaignHead, Ledger } from '../../core/campaigns/ports.ts'
import type { LaneControl, LaneState } from '../../core/sending/ports.ts'
import type { ReactionStore } from '../../core/loop/ports.ts'
import type { Log } from '../../core/log.ts'
import { within } from '../../core/pause.ts'
import type { Reaction } from '../../core/loop/reactions.ts'
import { RUNNING, wholeCampaignExample } from './example.ts'
import { laneJson, LaneSchema } from './lanes.ts'
import { markReplayed } from '../server/idempotency.ts'
import {
  Instant,
  instant,
  instantOrNull,
  InstantOrNull,
  oneOf,
  orNull,
  TextOrNull,
} from '../server/answers/schemas.ts'

export type PresentDeps = {
  readonly ledger: Pick<Ledger, 'tallies'>
  readonly lanes: Pick<LaneControl, 'states'>
  readonly reactions: Pick<ReactionStore, 'counts'>
  readonly log: Log
}

/** Lanes are in another store: if that does not answer in time, campaigns are shown without them. */
const LANES_MS = 500

const Count = Type.Integer({ minimum: 0 })
const counts = (...names: readonly string[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Count])))

const FIELDS = {
  id: Type.String({ format: 'uuid' }),
  subject: Type.String(),
  tag: TextOrNull,
  status: oneOf(CAMPAIGN_STATUSES),
  status_reason: orNull(Type.String(), {
    description: 'Why it is paused; of a running one: why no mail goes out now',
    examples: [null],
  }),
  transport: oneOf(['smtp', 'outbox'], {
    description: 'outbox: mails are written to files because no SMTP server is set',
  }),
  deliveries: Type.Object({
    total: orNull(Count, {
      description: 'null until every recipient has a delivery; then the sum of the others',
    }),
    ...Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, Count])),
  }),
  people: { ...counts(...PEOPLE), description: 'Distinct subscribers; they may overlap' },
  robots: { ...counts('opened', 'clicked'), description: 'Opens and clicks by scanners and proxies' },
  lanes: Type.Array(LaneSchema),
  created_at: Instant,
  send_at: InstantOrNull,
  started_at: InstantOrNull,
  finished_at: InstantOrNull,
}
export const CampaignSchema = Type.Object(FIELDS, {
  title: 'CampaignHead',
  examples: [RUNNING],
})

/** One campaign is shown with its content, so that it can be edited. */
export const WholeCampaignSchema = Type.Object(
  {
    ...FIELDS,
    content: Type.String({ description: 'HTML with placeholders' }),
    text: orNull(Type.String(), { description: 'null: made from the HTML' }),
    preheader: TextOrNull,
    reply_to: TextOrNull,
  },
  { title: 'Campaign', description: 'The campaign', examples: [wholeCampaignExample('running')] },
)

/** The same schema, with an example in the state that a call leads to. */
export const campaignIn = (status: Parameters<typeof wholeCampaignExample>[0], description: string) => ({
  ...WholeCampaignSchema,
  description,
  examples: [wholeCampaignExample(status)],
})

type CampaignJson = Record<string, unknown> & { readonly id: string }
type Created = { readonly campaign: Campaign; readonly created: boolean }

export type Present = ReturnType<typeof createPresent>

export function createPresent({ ledger, lanes, reactions, log }: PresentDeps) {
  const lanesNow = (): Promise<readonly LaneState[]> =>
    within<readonly LaneState[]>(LANES_MS, lanes.states(), () => []).catch((err: unknown) => {
      log.warn({ err }, 'the state of the lanes cannot be read')
      return []
    })

  async function list(campaigns: readonly CampaignHead[]): Promise<CampaignJson[]> {
    const ids = campaigns.map(({ id }) => id)
    const [tallies, states, reacted] = await Promise.all([
      ledger.tallies(ids),
      lanesNow(),
      reactions.counts(ids),
    ])
    return campaigns.map((campaign) =>
      toJson(campaign, tallies.get(campaign.id), states, reacted.get(campaign.id)),
    )
  }

  async function one(campaign: Campaign): Promise<CampaignJson> {
    const [json] = await list([campaign])
    return { ...(json as CampaignJson), ...contentJson(campaign) }
  }

  /** For a campaign that was just created: it has no deliveries yet, and nothing may fail any more. */
  async function fresh(campaign: Campaign): Promise<CampaignJson> {
    return { ...toJson(campaign, undefined, await lanesNow(), undefined), ...contentJson(campaign) }
  }

  return {
    list,
    one,
    /** The answer to a request that creates a campaign. If it is a repetition, a header says so. */
    async created(reply: FastifyReply, { campaign, created }: Created): Promise<CampaignJson> {
      if (created) return fresh(campaign)
      markReplayed(reply)
      return one(campaign)
    },
  }
}

function toJson(
  campaign: CampaignHead,
  byLane: ReadonlyMap<string, Tally> = new Map(),
  lanes: readonly LaneState[],
  counts: Partial<Record<Reaction, number>> = {},
): CampaignJson {
  const { id, subject, tag, status, transport } = campaign
  const tally = sum([...byLane.values()])
  const isTotalKnown = campaign.expanded || status === 'cancelled'
  const queued = queuedByLane(
    lanes.map(({ name }) => name),
    [byLane],
  )
  const shown = lanes.map((lane) => laneJson(lane, queued.get(lane.name) ?? 0))
  const held = status === 'running' && campaign.expanded ? heldBack(shown) : null
  const total = Object.values(tally).reduce((all, count) => all + count, 0)
  return {
    id,
    subject,
    tag,
    status,
    status_reason: campaign.statusReason ?? held,
    transport,
    deliveries: { total: isTotalKnown ? total : null, ...tally },
    people: Object.fromEntries(PEOPLE.map((fact) => [fact, counts[fact] ?? 0])),
    robots: { opened: counts.robotOpened ?? 0, clicked: counts.robotClicked ?? 0 },
    lanes: shown,
    created_at: instant(campaign.createdAt),
    send_at: instantOrNull(campaign.sendAt),
    started_at: instantOrNull(campaign.startedAt),
    finished_at: instantOrNull(campaign.finishedAt),
  }
}

/** When every lane that still has mails is paused: why. */
function heldBack(lanes: readonly ReturnType<typeof laneJson>[]): string | null {
  const waiting = lanes.filter(({ queued }) => queued > 0)
  if (waiting.length === 0 || waiting.some(({ state }) => state !== 'paused')) return null
  const reasons = new Set(waiting.map(({ reason }) => reason))
  return `no mail goes out now, as its lanes are paused: ${[...reasons].join('; ')}`
}

const contentJson = ({ content, text, preheader, replyTo }: Campaign) => ({
  content,
  text,
  preheader,
  reply_to: replyTo,
})

function sum(tallies: readonly Tally[]): Tally {
  const all = emptyTally()
  for (const tally of tallies) for (const status of DELIVERY_STATUSES) all[status] += tally[status]
  return all
}
