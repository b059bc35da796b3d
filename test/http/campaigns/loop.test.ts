// The loop over HTTP: a campaign goes out, its events come in, and the campaign, the subscriber and the list know of them.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Body } from '../../support/answer.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { until } from '../../support/eventually.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const call = (method: 'POST' | 'GET', url: string, payload?: object) =>
  hub.call({ method, url, headers: { authorization: TOKEN }, ...(payload && { payload }) })

/** Whoever was on the list before is not on it any more. */
async function mailTo(count: number): Promise<{ id: string; mails: readonly Mail[] }> {
  await hub.call({ method: 'DELETE', url: '/subscribe', headers: { authorization: TOKEN } })
  const emails = Array.from({ length: count }, (_, n) => `reader-${n}@example.com`)
  for (const email of emails) await call('POST', '/subscribe', { email, name: '' })
  const content = '<a href="https://a.example">a</a><a href="https://b.example">b</a>'
  const { body } = await call('POST', '/campaigns', { subject: 'News', content, start: true })
  await until(async () =>
    expect((await hub.get(`/campaigns/${body.id}`)).body).toMatchObject({
      status: 'finished',
      deliveries: { total: count, sent: count },
    }),
  )
  const { deliveries } = (await hub.get(`/campaigns/${body.id}/deliveries`)).body
  return { id: body.id, mails: deliveries }
}

type Mail = Body['deliveries'][number]

test('what comes back lands on the campaign, its deliveries and the list', async () => {
  const { id, mails } = await mailTo(4)
  const [one, two, three] = mails as [Mail, Mail, Mail]
  const ts = Math.floor(Date.now() / 1000)
  const event = (mail: Mail, event: string, after: number, more: object = {}, msg: object = {}) => ({
    event,
    ts: ts + after,
    _id: `message of ${mail.email}`,
    ...more,
    msg: { email: mail.email, metadata: { campaign_id: id, delivery_id: mail.id }, ...msg },
  })
  const answer = await hub.post([
    event(one, 'open', 90, { user_agent: 'Firefox' }),
    event(one, 'click', 91, { url: 'https://a.example' }),
    event(two, 'hard_bounce', 1, {}, { bounce_description: 'bad_mailbox' }),
    event(three, 'unsub', 200),
    event(three, 'open', 2, { user_agent: 'Mozilla/5.0' }),
  ])
  expect(answer).toMatchObject({ status: 200, body: { accepted: 5 } })
  await until(async () =>
    expect((await hub.get(`/campaigns/${id}`)).body).toMatchObject({
      people: { delivered: 2, opened: 1, clicked: 1, bounced: 1, complained: 0, unsubscribed: 1 },
      robots: { opened: 1, clicked: 0 },
    }),
  )
  const { deliveries } = (await hub.get(`/campaigns/${id}/deliveries`)).body
  expect(deliveries.find(({ id }) => id === one.id)).toMatchObject({
    clicked_at: new Date((ts + 91) * 1000).toISOString(),
    bounced_at: null,
    bounce_reason: null,
  })
  expect(deliveries.find(({ id }) => id === two.id)).toMatchObject({
    bounced_at: new Date((ts + 1) * 1000).toISOString(),
    bounce_reason: 'no_such_mailbox',
  })
  expect((await hub.get(`/subscribe/${two.subscriber_id}/deliveries`)).body.deliveries).toMatchObject([
    { bounce_reason: 'no_such_mailbox' },
  ])
  expect((await hub.get(`/subscribe/${two.subscriber_id}`)).body).toMatchObject({
    subscribed: true,
    suppressed: { reason: 'bounce' },
  })
  expect((await hub.get(`/subscribe/${three.subscriber_id}`)).body.subscribed).toBe(false)
})

test('who leaves by the link in the mail is counted, once', async () => {
  const { id, mails } = await mailTo(1)
  const folder = join(hub.dir, 'outbox')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.eml'))
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  const text = texts.find((text) => text.includes(id)) ?? ''
  const token = /\/unsubscribe\/([\w-]+)>/.exec(text.replaceAll(/\r?\n\s/g, ''))?.[1]
  for (let n = 0; n < 2; n++)
    expect((await hub.call({ method: 'POST', url: `/unsubscribe/${token}` })).status).toBe(200)
  expect(mails.length).toBeGreaterThan(0)
  expect((await hub.get(`/campaigns/${id}`)).body.people).toMatchObject({ unsubscribed: 1 })
})
