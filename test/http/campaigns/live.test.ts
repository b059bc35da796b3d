// Campaign frames on /ws/email: for those who ask, the newest state, a few times a second at most.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCampaignWatch } from '../../../src/http/campaigns/watch.ts'
import type { CampaignHead } from '../../../src/core/campaigns/ports.ts'
import { silentLog, until } from '../../support/feed-lab.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { makeCampaign } from '../../support/ledger-lab.ts'
import { openSocket, type Frame } from '../../support/socket.ts'
import { NOON } from '../../support/times.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

type CampaignFrame = Frame & { readonly campaign: { id: string; status: string; people: { opened: number } } }
const headers = { authorization: TOKEN }
const call = (url: string, payload: object) => hub.call({ method: 'POST', url, headers, payload })
const isCampaign = (frame: Frame): frame is CampaignFrame => frame.type === 'campaign'

test('a campaign is told from its draft to what comes back of it', async () => {
  await call('/subscribe', { email: 'reader@example.com', name: '' })
  const socket = await openSocket(hub.address, 'campaigns=1&events=inbound', { headers })
  const silent = await openSocket(hub.address, '', { headers })
  const { body } = await call('/campaigns', { subject: 'News', content: '<p>Hello</p>' })
  const told = (check: (frame: CampaignFrame) => boolean) =>
    socket.until((frames) => frames.some((frame) => isCampaign(frame) && check(frame)))
  await told(({ campaign }) => campaign.id === body.id && campaign.status === 'draft')
  await call(`/campaigns/${body.id}/start`, {})
  await told(({ campaign }) => campaign.status === 'finished')
  const [mail] = (await hub.get(`/campaigns/${body.id}/deliveries`)).body.deliveries
  const metadata = { campaign_id: body.id, delivery_id: mail?.id }
  await hub.post([{ event: 'open', ts: 1_773_144_000, _id: 'a', msg: { email: mail?.email, metadata } }])
  await told(({ campaign }) => campaign.people.opened === 1)
  const last = socket.frames.findLast(isCampaign)?.campaign
  const [listed] = (await hub.get('/campaigns')).body.campaigns
  expect(last).toEqual(listed)
  expect(silent.frames.filter(isCampaign)).toEqual([])
  socket.ws.close()
  silent.ws.close()
})

test('an onlooker without room is given the newest state when it has some', async () => {
  let campaign: CampaignHead = makeCampaign({ status: 'running', startedAt: NOON })
  const state = { room: true, asked: 0 }
  const watch = createCampaignWatch({
    campaigns: {
      list: async () => {
        state.asked += 1
        return [campaign]
      },
      active: async () => [],
    },
    reactions: { counts: async () => new Map() },
    present: { list: async (all) => all.map(({ id, subject }) => ({ id, subject })) },
    now: () => NOON,
    log: silentLog,
    everyMs: 1,
  })
  const got: string[] = []
  const leave = watch.join({
    hasRoom: () => state.room,
    write: (frames) => void got.push(frames.toString('utf8').replace(/^[^{]*/, '')),
  })
  await until(() => expect(got).toHaveLength(1))
  state.room = false
  for (const subject of ['second', 'third']) {
    campaign = { ...campaign, subject }
    const before = state.asked
    await until(() => expect(state.asked).toBeGreaterThan(before + 2))
  }
  state.room = true
  await until(() => expect(got).toHaveLength(2))
  expect(got[1]).toContain('third')
  leave()
  await until(async () => {
    const before = state.asked
    await new Promise((resolve) => setImmediate(resolve))
    expect(state.asked).toBe(before)
  })
})

test.each([
  ['less often while none is under way', [], { everyMs: 1_000_000, quietMs: 1 }],
  [
    'as often as may be while one is under way',
    [makeCampaign({ status: 'running', startedAt: NOON })],
    { everyMs: 1, quietMs: 1_000_000 },
  ],
])('campaigns are looked up %s', async (_, all, pace) => {
  let asked = 0
  const watch = createCampaignWatch({
    campaigns: {
      list: async () => {
        asked += 1
        return all
      },
      active: async () => [],
    },
    reactions: { counts: async () => new Map() },
    present: { list: async (heads) => heads.map(({ id, subject }) => ({ id, subject })) },
    now: () => NOON,
    log: silentLog,
    ...pace,
  })
  watch.join({ hasRoom: () => true, write() {} })
  await until(() => expect(asked).toBeGreaterThan(3))
  watch.close()
})
