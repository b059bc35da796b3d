// Events as Mandrill sends them, for the pages of /doc and for trying the hub out.
import { factsOf } from './facts.ts'

/** A subscriber has opened a mail. */
export const eventExample = {
  event: 'open',
  ts: 1777890030,
  _id: '7d1c3f0b9a2e4c5d8e6f',
  ip: '203.0.113.7',
  location: { country_short: 'KR', country: 'South Korea', city: 'Seoul' },
  user_agent: 'Mozilla/5.0',
  msg: {
    ts: 1777889702,
    _id: '7d1c3f0b9a2e4c5d8e6f',
    state: 'sent',
    subject: 'News in May, Ann',
    email: 'reader@example.com',
    sender: 'news@example.com',
    tags: ['newsletter'],
    metadata: { campaign_id: '01a20144-af1d-722a-9d98-6a215e4325f9', delivery_id: '0-17' },
    opens: [{ ts: 1777890030 }],
    clicks: [],
  },
}

export const factsExample = factsOf(eventExample, 'opened')

/** Nobody's: a name that no mail can ever be sent to (RFC 2606). */
const SAMPLE_RECIPIENT = 'sample@reader.invalid'

/** What becomes of a sample mail, and after how long: a whole life over ten seconds. */
export const SAMPLE_LIFE = [
  { event: 'send', afterMs: 0 },
  { event: 'delivered', afterMs: 2_000 },
  { event: 'open', afterMs: 6_000 },
  { event: 'click', afterMs: 10_000 },
] as const

/** One mail, like no other. */
export function createSample(now: number) {
  const id = `sample${now.toString(16)}${Math.random().toString(16).slice(2, 10)}`
  const sent = Math.floor(now / 1000)
  const seen = { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' }
  return ({ event, afterMs }: (typeof SAMPLE_LIFE)[number]) => ({
    event,
    _id: id,
    ts: sent + afterMs / 1000,
    ...((event === 'open' || event === 'click') && seen),
    ...(event === 'click' && { url: 'https://example.com/a-link-in-the-sample' }),
    msg: {
      ts: sent,
      _id: id,
      state: 'sent',
      subject: 'A sample: your page works',
      email: SAMPLE_RECIPIENT,
      sender: 'news@example.com',
      tags: ['sample'],
      opens: [],
      clicks: [],
      metadata: [],
    },
  })
}
