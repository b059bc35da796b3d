// /campaigns/{id}/failures and /links, and trying again what failed for one reason.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkKey } from '../../../src/core/events/facts.ts'
import { openCampaignsApp, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'
import { outcome } from '../../support/campaigns/ledger-lab.ts'

const UNKNOWN = '550 5.1.1: no such mailbox'
let app: CampaignsApp
let id: string

beforeEach(async () => {
  app = await openCampaignsApp()
  id = await app.campaign(6)
  const failed = (n: number, reason: string) => outcome(n, { status: 'failed', reason })
  await app.lab.ledger.record({ campaignId: id, chunk: 0, lane: 'default' }, [
    failed(0, '550 5.1.1 <kim@example.com> no such user'),
    failed(1, '550 5.1.1 <lee@example.com> no such user'),
    failed(2, 'given up after 7 tries: 421 4.7.28 1.2.3.4 sends too much'),
    outcome(3),
    outcome(4, { status: 'deferred', reason: '421 4.7.28 1.2.3.4 sends too much' }),
  ])
})
afterEach(() => app.close())

describe('failures', () => {
  test('are told in groups, the largest first', async () => {
    expect((await app.call('GET', `/campaigns/${id}/failures`)).body).toEqual({
      failures: [
        { reason: UNKNOWN, count: 2, retryable: false },
        { reason: '421 4.7.28', count: 1, retryable: true },
      ],
    })
    expect((await app.call('GET', '/campaigns/x/failures')).status).toBe(404)
  })

  test('of one group are listed, and what waits for the same reason', async () => {
    const of = async (query: string) =>
      (await app.call('GET', `/campaigns/${id}/deliveries?${query}`)).body.deliveries.map(
        (one: { id: string }) => one.id,
      )
    expect(await of(`reason=${encodeURIComponent(UNKNOWN)}`)).toEqual(['0-0', '0-1'])
    expect(await of('reason=421%204.7.28')).toEqual(['0-2', '0-4'])
    expect(await of('reason=421%204.7.28&status=failed')).toEqual(['0-2'])
  })

  test('of one group are tried again, and no others', async () => {
    const answer = await app.call(
      'POST',
      `/campaigns/${id}/retry-failed?reason=${encodeURIComponent(UNKNOWN)}`,
    )
    expect(answer).toMatchObject({ status: 202, body: { deliveries: { queued: 3, failed: 1 } } })
    expect(app.told).toEqual(['wake'])
  })

  test.each([
    ['a parameter that is not known', '?reasom=421', 'reasom is not known; known are: reason'],
    ['a reason that nothing failed for', '?reason=550', 'reason is not the reason of any failed delivery'],
    ['an empty reason', '?reason=', 'reason is not the reason of any failed delivery'],
    ['two reasons', '?reason=a&reason=b', 'reason is given more than once'],
  ])('%s tries nobody again', async (_what, query, says) => {
    const answer = await app.call('POST', `/campaigns/${id}/retry-failed${query}`)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } })
    expect(answer.body.error.message).toContain(says)
    expect(await app.lab.countsOf(id)).toMatchObject({ failed: 3, queued: 1 })
  })
})

describe('links', () => {
  test('are told with the people and robots that followed them, those that nobody did, too', async () => {
    const content = `<a href="https://a.example/?x=1&amp;y=2">a</a><a href="https://b.example">b</a>
      <a href="https://a.example/?x=1&amp;y=2">a again</a><a href="https://c.example/{{email}}">c</a>`
    const { id } = (await app.create({ content })).body
    const { linkCounts } = app.lab.sql.tables
    for (const [url, fact, count] of [
      ['https://b.example', 'clicked', 7],
      ['https://b.example', 'robotClicked', 2],
      [null, 'clicked', 1],
    ] as const) {
      const row = { campaignId: id, link: url === null ? '' : linkKey(url), fact, count }
      await app.lab.sql.run(app.lab.sql.db.insert(linkCounts).values(row))
    }
    expect((await app.call('GET', `/campaigns/${id}/links`)).body).toEqual({
      links: [
        { url: 'https://b.example', people: 7, robots: 2 },
        { url: null, people: 1, robots: 0 },
        { url: 'https://a.example/?x=1&y=2', people: 0, robots: 0 },
      ],
    })
    expect((await app.call('GET', '/campaigns/x/links')).status).toBe(404)
  })
})
