// What can be done with a campaign. Each change is one guarded step in the database, where workers see it.
import { createHash } from 'node:crypto'
import { badField, HubError } from '../errors.ts'
import { isUuid, uuidv7 } from '../ids.ts'
import {
  readContent,
  readSendAt,
  requireState,
  VERBS,
  wrongState,
  type ContentInput,
  type Verb,
} from './campaign.ts'
import type { ReadHtml } from './mail/placeholders.ts'
import type { Campaign, CampaignContent, CampaignHead, CampaignStore, Ledger } from './ports.ts'

type ActionsOptions = {
  readonly campaigns: CampaignStore
  readonly ledger: Pick<Ledger, 'retryFailed' | 'reasons'>
  readonly transport: Campaign['transport']
  /** What keeps campaigns from starting: see sender.ts. */
  readonly senderProblem: string | null
  readonly readHtml: ReadHtml
  readonly wake: () => void
  readonly now?: () => number
}

type CreateInput = ContentInput & {
  readonly sendAt?: string | null | undefined
  readonly start?: boolean | undefined
}
type Changes = Partial<Omit<CampaignHead, 'id' | 'expanded'>>
/** A field that is not given stays as it is; null removes it. */
type EditInput = Partial<ContentInput> & { readonly sendAt?: string | null | undefined }

/** The verbs that send mails. */
const SENDING: readonly Verb[] = ['start', 'resume', 'retry-failed']

export type Actions = ReturnType<typeof createActions>

export function requireSender(problem: string | null): void {
  if (problem) throw new HubError('campaign.sender_not_set_up', { message: `No mail can go out: ${problem}` })
}

export function createActions(options: ActionsOptions) {
  const { campaigns, ledger, transport, senderProblem, wake, now = Date.now } = options

  /** Throws campaign.not_found. */
  async function get(id: string): Promise<Campaign> {
    const campaign = isUuid(id) ? await campaigns.get(id) : undefined
    if (!campaign) throw new HubError('campaign.not_found')
    return campaign
  }

  /** The campaign, if the verb is allowed in its state; else throws. */
  async function allowing(verb: Verb, id: string): Promise<Campaign> {
    const campaign = await get(id)
    requireState(campaign.status, verb)
    if (SENDING.includes(verb)) requireSender(senderProblem)
    return campaign
  }

  /** Changes a campaign, if the verb is allowed in its state, and returns it as it is then. */
  async function change(verb: Verb, id: string, to: Changes): Promise<Campaign> {
    await allowing(verb, id)
    const changed = await campaigns.change(id, VERBS[verb], to)
    const after = await get(id)
    if (!changed) throw wrongState(after.status, verb) // somebody else was faster
    return after
  }

  /** Makes one campaign per key, however often the request comes. Another request with the same key is refused. */
  async function once(key: string | undefined, request: object, make: () => Promise<Campaign> | Campaign) {
    if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key))
      throw badField('idempotency-key', 'must be 1 to 255 visible ASCII characters', 'headers')
    const print = fingerprint(request)
    const earlier = key === undefined ? undefined : await campaigns.repeated(key, print)
    return earlier ? { campaign: earlier, created: false } : campaigns.create(await make(), key, print)
  }

  function make({ sendAt: text, start = false, ...content }: CampaignContent & CreateInput): Campaign {
    const at = now()
    const sendAt = text == null ? null : readSendAt(text, at)
    if (start && sendAt !== null) throw badField('send_at', 'and start cannot be combined')
    if (start) requireSender(senderProblem)
    return {
      ...content,
      id: uuidv7(at),
      status: start ? 'running' : sendAt === null ? 'draft' : 'scheduled',
      statusReason: null,
      transport,
      createdAt: at,
      sendAt,
      startedAt: start ? at : null,
      finishedAt: null,
      expanded: false,
    }
  }

  /** The same key again gives the campaign that was created first. */
  async function create(input: CreateInput, key?: string) {
    const content = readContent(input, options.readHtml)
    const { sendAt = null, start = false } = input
    // The key is looked up before send_at is checked: when the request is repeated, that time may have passed.
    const request = { ...content, sendAt, start }
    const made = await once(key, request, () => make(request))
    if (start && made.created) wake()
    return made
  }

  async function edit(id: string, input: EditInput): Promise<Campaign> {
    const before = await allowing('edit', id)
    const { sendAt: sendAtText, ...given } = withoutUndefined(input)
    const content = readContent({ ...before, ...given }, options.readHtml)
    // Only the given fields are written: somebody else may be editing another one.
    const changes = Object.fromEntries(Object.entries(content).filter(([name]) => name in given))
    if (sendAtText === undefined) return change('edit', id, changes)
    const sendAt = sendAtText === null ? null : readSendAt(sendAtText, now())
    return change('edit', id, { ...changes, sendAt, status: sendAt === null ? 'draft' : 'scheduled' })
  }

  /** Like `change`, and wakes the feeder: something may be due, or to be cancelled, now. */
  async function move(verb: Verb, id: string, to: Changes) {
    const campaign = await change(verb, id, to)
    wake()
    return campaign
  }

  return {
    create,
    get,
    edit,
    pause: (id: string) => change('pause', id, { status: 'paused', statusReason: null }),
    resume: (id: string) => move('resume', id, { status: 'running', statusReason: null }),
    cancel: (id: string) => move('cancel', id, { status: 'cancelled', statusReason: null }),
    async remove(id: string) {
      await allowing('delete', id)
      if (!(await campaigns.remove(id))) throw wrongState((await get(id)).status, 'delete')
    },
    start: (id: string) =>
      move('start', id, { status: 'running', statusReason: null, startedAt: now(), transport }),
    /** Only the failures of one group of reasons, if one is named. */
    async retryFailed(id: string, reason?: string) {
      await allowing('retry-failed', id)
      if (reason !== undefined) await requireReason(ledger, id, reason)
      await ledger.retryFailed(id, now(), reason)
      wake()
      return get(id)
    },
    /** The same key again gives the draft that was made first. */
    duplicate: (id: string, key?: string) =>
      once(key, { duplicate: id }, async () => {
        const { subject, content, text, preheader, replyTo, tag } = await get(id)
        return make(readContent({ subject, content, text, preheader, replyTo, tag }, options.readHtml))
      }),
  }
}

/** A typo in the reason must not look like a group without failures. */
async function requireReason(ledger: Pick<Ledger, 'reasons'>, id: string, reason: string): Promise<void> {
  const { failed } = await ledger.reasons(id)
  if (failed.has(reason)) return
  throw badField('reason', 'is not the reason of any failed delivery: see /campaigns/{id}/failures', 'query')
}

function withoutUndefined(input: EditInput): EditInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

function fingerprint(request: object): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url')
}
