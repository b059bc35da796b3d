// The lives of the mails that were taken: each happens as it was planned, becomes events, and is entered into the books.
import type { Agenda } from './agenda.ts'
import type { EventQueue } from '../webhooks/event-queue.ts'
import { planLife, seeded, type Doom, type Rates, type Step } from './fate.ts'
import { linksOf, type ReceivedMail } from './mail.ts'
import { createMessage, happen, type Message } from '../events/message.ts'
import type { OneClick } from './one-click.ts'
import { enter, type CampaignBook, type PeopleBooks, type Subscriber, type Visit } from './people.ts'
import { phpJson, type JsonObject } from '../events/php-json.ts'
import type { Random } from '../random.ts'
import { isRobots } from '../events/tables.ts'

type LivesOptions = {
  readonly rates: Rates
  readonly seed: number
  readonly spanMs: number
  readonly agenda: Agenda
  readonly queue: Pick<EventQueue, 'put'>
  readonly oneClick: Pick<OneClick, 'press'>
  readonly books: PeopleBooks
}

type Life = {
  readonly message: Message
  readonly random: Random
  readonly subscriber: Subscriber | undefined
  readonly oneClickUrl: string | null
  /** What every later event tells. */
  readonly visits: Visit[]
  deliveredTs: number | null
}

export type Lives = {
  /** A mail was taken at this instant; the promise is kept as soon as its life is planned. */
  begin(mail: ReceivedMail, end: Doom['end'], at: number): Promise<void>
}

export function createLives(options: LivesOptions): Lives {
  const { rates, seed, spanMs, agenda, books } = options
  /** A campaign's mails differ only in what is the subscriber's own: its links are read once. */
  const links = new Map<string, Promise<readonly string[]>>()

  return {
    async begin(mail, end, at) {
      const campaignId = asText(mail.metadata.campaign_id)
      const deliveryId = asText(mail.metadata.delivery_id)
      const found = (campaignId && links.get(campaignId)) || linksOf(mail)
      if (campaignId) links.set(campaignId, found)
      const urls = await found
      const campaign: CampaignBook | undefined = campaignId ? books.campaign(campaignId, urls) : undefined
      const subscriber = campaign && enter(campaign, mail.to, deliveryId)
      // Nothing that the hub makes up: a seed is to mean the same in every run.
      const place = [...books.campaigns.keys()].indexOf(campaignId)
      const random = seeded(seed, mail.to, `${place} ${subscriber?.mails}`)
      const life = startLife(mail, random, subscriber, at)
      const again = subscriber !== undefined && subscriber.mails > 1
      for (const step of planLife(random, { end, rates, links: urls, spanMs, again }))
        agenda.add(at + step.afterMs, () => act(options, life, step, at + step.afterMs))
    },
  }
}

function startLife(mail: ReceivedMail, random: Random, subscriber: Subscriber | undefined, at: number): Life {
  const { to: email, subject, tags, metadata } = mail
  const ts = Math.floor(at / 1000)
  const message = createMessage(random, ts, { email, subject, tags, metadata, subaccount: null, life: [] })
  return { message, random, subscriber, oneClickUrl: mail.oneClickUrl, visits: [], deliveredTs: null }
}

function act({ agenda, queue, oneClick }: LivesOptions, life: Life, step: Step, at: number): void {
  const { what, lateMs, lost, visitor = {} } = step
  const { subscriber, random, oneClickUrl } = life
  if (what === 'one_click') {
    if (oneClickUrl) oneClick.press(oneClickUrl, (known) => void (known && subscriber?.told.add('link')))
    return
  }
  const ts = Math.floor(at / 1000)
  const payload = happen(life.message, what, ts, random, visitor)
  live(life, step, payload, ts)
  if (lost) return
  tell(life, what)
  const odd = random.chance(0.03) ? { ...payload, ts: String(ts) } : payload
  const event = { text: phpJson(odd, { rawText: random.chance(0.1) }), word: what }
  if (lateMs > 0) agenda.add(at + lateMs, () => queue.put(event))
  else queue.put(event)
}

/** What Mandrill's lists hold from now on. */
function live(life: Life, { what, visitor }: Step, { url }: JsonObject, ts: number): void {
  // A scanner that looks like a browser does not say so: only what it does tells.
  const robot = isRobots(visitor?.agent)
  if (what === 'delivered') life.deliveredTs = ts
  if (what === 'open') life.visits.push({ ts, url: null, robot })
  if (what === 'click') life.visits.push({ ts, url: String(url), robot })
}

/** An event goes out, with all that its lists hold. */
function tell({ subscriber, visits, deliveredTs }: Life, what: Step['what']): void {
  if (!subscriber) return
  for (const visit of visits) subscriber.visits.add(visit)
  if (deliveredTs !== null) subscriber.deliveredTs = Math.min(deliveredTs, subscriber.deliveredTs ?? Infinity)
  if (what === 'soft_bounce') subscriber.softBounces += 1
  if (what === 'hard_bounce' || what === 'spam' || what === 'unsub' || what === 'reject')
    subscriber.told.add(what)
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '')
