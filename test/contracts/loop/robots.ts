// What the loop promises about opens and clicks that no subscriber has made.
import { expect, test } from 'vitest'
import { linkKey } from '../../../src/core/events/facts.ts'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { about, APPLE, FIREFOX, ts, type LoopLab } from '../../support/loop/loop-lab.ts'
import { NOON } from '../../support/times.ts'

const [A, B] = [{ url: 'https://a.example' }, { url: 'https://b.example' }]

export function promisesOfRobots(lab: () => LoopLab): void {
  const countsOf = async (id: string) => (await lab().reactions.counts([id])).get(id)
  const first = async (content?: string) => {
    const { campaign, deliveries } = await lab().campaign(2, content)
    return { campaign, one: deliveries[0] as Delivery, two: deliveries[1] as Delivery }
  }

  test('known agents are counted apart, and show that the mail was delivered', async () => {
    const { campaign, one, two } = await first()
    const mimecast = { user_agent: 'Mozilla/5.0 (compatible; Mimecast link scanner)' }
    await lab().take(about(one, 'open', 3, APPLE), about(two, 'click', 4, { ...A, ...mimecast }))
    expect(await countsOf(campaign.id)).toMatchObject({
      delivered: 2,
      opened: 0,
      clicked: 0,
      robotOpened: 1,
      robotClicked: 1,
    })
    await lab().take(about(one, 'open', 300, FIREFOX))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 1, robotOpened: 1 })
  })

  test("a robot's open does not become a subscriber's by being listed in later events", async () => {
    const { campaign, one } = await first()
    const opens = [{ ts: ts(NOON) + 4, ua: 'unknown/unknown' }]
    await lab().take(about(one, 'open', 3, { ...APPLE, msg: { opens } }))
    await lab().take(about(one, 'spam', 90, { msg: { opens } }))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 0, robotOpened: 1 })
  })

  test('whoever follows every link within seconds of delivery is a scanner', async () => {
    const { campaign, one } = await first()
    await lab().take(about(one, 'click', 2, { ...A, ...FIREFOX }))
    expect(await countsOf(campaign.id)).toMatchObject({ clicked: 1, opened: 1, robotClicked: 0 })
    await lab().take(about(one, 'click', 3, { ...B, ...FIREFOX }))
    await lab().take(about(one, 'delivered', 1))
    expect(await countsOf(campaign.id)).toMatchObject({ clicked: 0, opened: 0, robotClicked: 1 })
    await lab().take(about(one, 'click', 900, { ...A, ...FIREFOX }))
    expect(await countsOf(campaign.id)).toMatchObject({ clicked: 1, opened: 1, robotClicked: 1 })
  })

  test('links are counted by people and by robots, each once, and a scanner is taken from the people', async () => {
    const { campaign, one, two } = await first()
    const links = async () => Object.fromEntries(await lab().reactions.links(campaign.id))
    const [a, b] = [linkKey(A.url), linkKey(B.url)]
    const elsewhere = { url: 'https://hub.example/unsubscribe/a-token', ...FIREFOX }
    await lab().take(
      about(one, 'click', 2, { ...A, ...FIREFOX }),
      about(two, 'click', 60, { ...A, ...FIREFOX }),
    )
    await lab().take(about(two, 'click', 61, { ...A, ...FIREFOX }), about(two, 'click', 70, elsewhere))
    expect(await links()).toEqual({ [a]: { people: 2, robots: 0 }, '': { people: 1, robots: 0 } })
    const events = [about(one, 'click', 3, { ...B, ...FIREFOX }), about(one, 'delivered', 1)]
    await lab().take(...events)
    await lab().take(...events)
    expect(await links()).toEqual({
      [a]: { people: 1, robots: 1 },
      [b]: { people: 0, robots: 1 },
      '': { people: 1, robots: 0 },
    })
    await lab().take(about(one, 'click', 900, { ...A, ...FIREFOX }))
    expect(await links()).toMatchObject({ [a]: { people: 2, robots: 1 } })
    const clicked = await lab().ledger.deliveries({ campaignId: campaign.id, people: 'clicked', limit: 9 })
    expect(clicked).toHaveLength(2)
  })

  test('who was a scanner after all is not among those who clicked', async () => {
    const { campaign, one } = await first()
    const clicked = () => lab().ledger.deliveries({ campaignId: campaign.id, people: 'clicked', limit: 9 })
    await lab().take(about(one, 'click', 2, { ...A, ...FIREFOX }))
    expect(await clicked()).toHaveLength(1)
    await lab().take(about(one, 'click', 3, { ...B, ...FIREFOX }), about(one, 'delivered', 1))
    expect(await clicked()).toEqual([])
  })

  test('a subscriber who clicks fast, or everything later, is one', async () => {
    const { campaign, one, two } = await first()
    await lab().take(about(one, 'delivered', 1), about(one, 'click', 3, A), about(one, 'click', 4, A))
    await lab().take(about(two, 'delivered', 1), about(two, 'click', 30, A), about(two, 'click', 30, B))
    expect(await countsOf(campaign.id)).toMatchObject({ clicked: 2, robotClicked: 0 })
  })
}
