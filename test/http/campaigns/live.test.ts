// Campaign frames on /ws/email, for those who ask.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket, type Frame } from '../../support/socket.ts'

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
