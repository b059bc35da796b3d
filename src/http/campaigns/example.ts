// An example of a campaign in each of its states, for /doc.

const LANE = {
  name: 'google',
  state: 'open',
  reason: null,
  since: null,
  next_change_at: null,
  per_second: 20,
  queued: 0,
}

export const DRAFT = {
  id: '01a20144-af1d-722a-9d98-6a215e4325f9',
  subject: 'News in May, {{name|friend}}',
  tag: 'newsletter',
  status: 'draft',
  status_reason: null,
  transport: 'smtp',
  deliveries: { total: null, queued: 0, sent: 0, deferred: 0, failed: 0, skipped: 0, cancelled: 0 },
  people: { delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0 },
  robots: { opened: 0, clicked: 0 },
  lanes: [LANE],
  created_at: '2026-05-04T10:20:30.123Z',
  send_at: null,
  started_at: null,
  finished_at: null,
}

export const RUNNING = {
  ...DRAFT,
  status: 'running',
  deliveries: { total: 1250, queued: 400, sent: 800, deferred: 20, failed: 10, skipped: 20, cancelled: 0 },
  people: { delivered: 781, opened: 312, clicked: 88, bounced: 6, complained: 0, unsubscribed: 2 },
  robots: { opened: 57, clicked: 12 },
  lanes: [
    {
      ...LANE,
      state: 'slowed',
      reason: '421 4.7.28 unusual rate of mail',
      since: '2026-05-04T10:26:02.000Z',
      next_change_at: '2026-05-04T10:26:12.500Z',
      per_second: 10,
      queued: 420,
    },
  ],
  started_at: '2026-05-04T10:25:00.000Z',
}

const CAMPAIGNS = {
  draft: DRAFT,
  running: RUNNING,
  paused: { ...RUNNING, status: 'paused' },
  cancelled: {
    ...RUNNING,
    status: 'cancelled',
    deliveries: { ...RUNNING.deliveries, queued: 0, deferred: 0, cancelled: 420 },
    lanes: DRAFT.lanes,
    finished_at: '2026-05-04T10:27:41.500Z',
  },
}

export const wholeCampaignExample = (status: keyof typeof CAMPAIGNS) => ({
  ...CAMPAIGNS[status],
  content: '<p>Hello {{name|friend}}</p>',
  text: null,
  preheader: 'What is new this month',
  reply_to: 'editor@example.com',
})
