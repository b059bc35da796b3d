// Events as Mandrill sends them, for the pages of /doc and for trying the hub out.
import { factsOf } from './facts.ts'

/** A subscriber has opened a mail. */
export const eventExample = {
  event: 'open',
  ts: 1777890030,
  _id: '7d1c3f0b9a2e4c5d8e6f',
  ip: '203.0.113.7',
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

/** Sent a moment ago; like no other. */
export function sampleEvent(now: number) {
  const id = `sample${now.toString(16)}${Math.random().toString(16).slice(2, 10)}`
  return {
    event: 'send',
    _id: id,
    ts: Math.floor(now / 1000),
    msg: {
      ts: Math.floor(now / 1000),
      _id: id,
      state: 'sent',
      subject: 'A sample event: your page works',
      email: 'reader@example.com',
      sender: 'news@example.com',
      tags: ['sample'],
      opens: [],
      clicks: [],
      metadata: [],
    },
  }
}
