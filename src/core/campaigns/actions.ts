// What can be done with a campaign: each change is one guarded step in the database, where workers see it.
import { createHash } from 'node:crypto'
import { HubError } from '../errors.ts'
import { isUuid, uuidv7 } from '../ids.ts'
import {
  invalidField,
  isIdempotencyKey,
  newCampaign,
  readContent,
  readSendAt,
  requireState,
  VERBS,
  wrongState,
  type ContentInput,
  type Verb,
} from './campaign.ts'
import type { ReadHtml } from './mail/placeholders.ts'
import type { Campaign, CampaignHead, CampaignStore, Ledger } from './ports.ts'

export type ActionsOptions = {
  readonly campaigns: CampaignStore
  readonly ledger: Pick<Ledger, 'retryFailed'>
  readonly transport: Campaign['transport']
  /** What keeps campaigns from starting: see sender.ts. */
  readonly senderProblem: string | null
  readonly readHtml: ReadHtml
  /** Something may be due now. */
  readonly wake: () => void
  readonly now?: () => number
  readonly newId?: (now: number) => string
}

export type CreateInput = ContentInput & {
  readonly sendAt?: string | null | undefined
  readonly start?: boolean | undefined
}
/** What is not given stays; null takes away. */
export type EditInput = Partial<ContentInput> & { readonly sendAt?: string | null | undefined }

export type Actions = {
  /** The same key again gives the campaign that was created first. */
  create(
    input: CreateInput,
    idempotencyKey?: string,
  ): Promise<{ readonly campaign: Campaign; readonly created: boolean }>
  /** Throws campaign.not_found. */
  get(id: string): Promise<Campaign>
  edit(id: string, input: EditInput): Promise<Campaign>
  remove(id: string): Promise<void>
  start(id: string): Promise<Campaign>
  pause(id: string): Promise<Campaign>
  resume(id: string): Promise<Campaign>
  cancel(id: string): Promise<Campaign>
  retryFailed(id: string): Promise<Campaign>
  duplicate(id: string): Promise<Campaign>
}

export function requireSender(problem: string | null): void {
  if (problem) throw new HubError('campaign.sender_not_set_up', { message: `No mail can go out: ${problem}` })
}

export function createActions(options: ActionsOptions): Actions {
  const { campaigns, ledger, transport, senderProblem, wake, now = Date.now, newId = uuidv7 } = options

  async function get(id: string): Promise<Campaign> {
    const campaign = isUuid(id) ? await campaigns.get(id) : undefined
    if (!campaign) throw new HubError('campaign.not_found')
    return campaign
  }

  /** Changes a campaign from one of the states in which the verb is allowed; the campaign as it is then. */
  async function change(
    verb: Verb,
    id: string,
    to: Partial<Omit<CampaignHead, 'id' | 'expanded'>>,
  ): Promise<Campaign> {
    const before = await get(id)
    requireState(before.status, verb)
    const changed = await campaigns.change(id, VERBS[verb], to)
    const after = await get(id)
    if (!changed) throw wrongState(after.status, verb) // somebody else was faster
    return after
  }

  async function create(input: CreateInput, key?: string) {
    if (key !== undefined && !isIdempotencyKey(key))
      throw new HubError('request.invalid', {
        message: 'headers: Idempotency-Key must be 1 to 255 visible ASCII characters',
        details: [{ field: 'idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }],
      })
    const content = readContent(input, options.readHtml)
    const start = input.start === true
    const print = fingerprint({ ...content, sendAt: input.sendAt ?? null, start })
    // Before the time is looked at: when the request comes again it may have passed.
    const earlier = key === undefined ? undefined : await campaigns.repeated(key, print)
    if (earlier) return { campaign: earlier, created: false }
    const sendAt = input.sendAt ? readSendAt(input.sendAt, now()) : null
    if (start && sendAt !== null) throw invalidField('send_at', 'and start exclude each other')
    if (start) requireSender(senderProblem)
    const campaign = newCampaign({ content, sendAt, start, transport }, newId(now()), now())
    const made = await campaigns.create(campaign, key, print)
    if (start) wake()
    return made
  }

  async function edit(id: string, input: EditInput): Promise<Campaign> {
    const before = await get(id)
    requireState(before.status, 'edit')
    const { sendAt: sendAtText, ...given } = withoutUndefined(input)
    const content = readContent({ ...before, ...given }, options.readHtml)
    // Only what was given is written: somebody else may be editing another part.
    const changes = Object.fromEntries(Object.entries(content).filter(([name]) => name in given))
    if (sendAtText === undefined) return change('edit', id, changes)
    const sendAt = sendAtText ? readSendAt(sendAtText, now()) : null
    return change('edit', id, { ...changes, sendAt, status: sendAt === null ? 'draft' : 'scheduled' })
  }

  /** As `change`, and something may be due, or to be cancelled, now. */
  async function move(verb: Verb, id: string, to: Partial<Omit<CampaignHead, 'id' | 'expanded'>>) {
    const campaign = await change(verb, id, to)
    wake()
    return campaign
  }

  return {
    create,
    get,
    edit,
    pause: (id) => change('pause', id, { status: 'paused', statusReason: null }),
    async resume(id) {
      requireState((await get(id)).status, 'resume')
      requireSender(senderProblem)
      return move('resume', id, { status: 'running', statusReason: null })
    },
    cancel: (id) => move('cancel', id, { status: 'cancelled', statusReason: null }),
    async remove(id) {
      requireState((await get(id)).status, 'delete')
      if (!(await campaigns.remove(id))) throw wrongState((await get(id)).status, 'delete')
    },
    async start(id) {
      requireState((await get(id)).status, 'start')
      requireSender(senderProblem)
      const started = { status: 'running', statusReason: null, startedAt: now(), transport } as const
      return move('start', id, started)
    },
    async retryFailed(id) {
      requireState((await get(id)).status, 'retry-failed')
      requireSender(senderProblem)
      await ledger.retryFailed(id, now())
      wake()
      return get(id)
    },
    async duplicate(id) {
      const { subject, content, text, preheader, replyTo, tag } = await get(id)
      return (await create({ subject, content, text, preheader, replyTo, tag })).campaign
    },
  }
}

function withoutUndefined(input: EditInput): EditInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

/** Tells whether two requests ask for the same. */
function fingerprint(request: object): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url')
}
