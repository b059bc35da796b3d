// What the loop promises about deliveries and the counts of their campaigns.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import { isHubError } from '../../../src/core/errors.ts'
import type { Delivery, PeopleFact } from '../../../src/core/campaigns/ports.ts'
import { about, idOf, ts, type LoopLab } from '../../support/loop/loop-lab.ts'
import { NOON } from '../../support/times.ts'

const at = (after: number) => NOON + after * 1000

export function promisesOfReactions(lab: () => LoopLab): void {
  const countsOf = async (id: string) => (await lab().reactions.counts([id])).get(id)
  const factsOf = async ({ campaignId, id }: Delivery) => (await lab().reactions.of(campaignId, [id])).get(id)
  const first = async () => {
    const { campaign, deliveries } = await lab().campaign(3)
    const [one, two, three] = deliveries as [Delivery, Delivery, Delivery]
    return { campaign, one, two, three }
  }

  test('counts subscribers, not events', async () => {
    const { campaign, one, two } = await first()
    await lab().take(about(one, 'send'), about(one, 'delivered', 1), about(two, 'delivered', 1))
    for (let n = 0; n < 5; n++) await lab().take(about(one, 'open', 100 + n))
    await lab().take(about(one, 'open', 500), about(one, 'click', 501), about(one, 'click', 600))
    expect(await countsOf(campaign.id)).toMatchObject({ settled: 2, delivered: 2, opened: 1, clicked: 1 })
    expect(await factsOf(one)).toMatchObject({
      delivered: at(1),
      opened: at(100),
      clicked: at(501),
      bounced: null,
    })
  })

  test('a state only moves forward, and implies those before it', async () => {
    const { campaign, one } = await first()
    await lab().take(about(one, 'click', 60))
    await lab().take(about(one, 'open', 30))
    await lab().take(about(one, 'delivered', 2))
    await lab().take(about(one, 'send', 0))
    expect(await factsOf(one)).toMatchObject({ delivered: at(2), opened: at(30), clicked: at(60) })
    expect(await countsOf(campaign.id)).toMatchObject({ delivered: 1, opened: 1, clicked: 1 })
  })

  test('bounces, complaints and unsubscriptions stand beside it', async () => {
    const { campaign, one, two, three } = await first()
    await lab().take(about(one, 'hard_bounce'), about(two, 'delivered'), about(two, 'spam', 9))
    await lab().take(about(three, 'soft_bounce'), about(two, 'unsub', 10), about(two, 'open', 11))
    expect(await countsOf(campaign.id)).toMatchObject({
      settled: 3,
      delivered: 1,
      opened: 1,
      bounced: 1,
      softBounced: 1,
      complained: 1,
      unsubscribed: 1,
      rejected: 0,
    })
  })

  test('why a mail did not arrive is told by what is most final, in whatever order it comes', async () => {
    const { one, two, three } = await first()
    const full = { msg: { bounce_description: 'mailbox_full' } }
    const gone = { msg: { bounce_description: 'bad_mailbox' } }
    await lab().take(about(one, 'soft_bounce', 1, full), about(two, 'hard_bounce', 9, gone))
    expect(await factsOf(one)).toMatchObject({ bounceReason: 'mailbox_full' })
    await lab().take(about(one, 'hard_bounce', 9, gone), about(two, 'soft_bounce', 1, full))
    await lab().take(about(three, 'hard_bounce'), about(three, 'open', 5))
    expect(await factsOf(one)).toMatchObject({ bounceReason: 'no_such_mailbox' })
    expect(await factsOf(two)).toMatchObject({ bounceReason: 'no_such_mailbox' })
    expect(await factsOf(three)).toMatchObject({ bounceReason: 'other' })
    await lab().take(about(three, 'hard_bounce', -5, full))
    expect(await factsOf(three)).toMatchObject({ bounceReason: 'mailbox_full' })
  })

  test('deliveries are found by what is known of their recipients', async () => {
    const { campaign, one, two, three } = await first()
    await lab().take(about(one, 'click', 60), about(two, 'hard_bounce'), about(three, 'delivered', 1))
    await lab().take(about(three, 'spam', 9), about(three, 'unsub', 10))
    await lab().reactions.leftByLink({ campaignId: campaign.id, deliveryId: one.id }, at(70))
    await lab().reactions.leftByLink({ campaignId: campaign.id, deliveryId: three.id }, at(70))
    const find = async (people: PeopleFact, more: object = {}) => {
      const found = await lab().ledger.deliveries({ campaignId: campaign.id, people, limit: 10, ...more })
      return found.map(({ id }) => id).sort()
    }
    const ids = (...some: Delivery[]) => some.map(({ id }) => id).sort()
    expect(await find('delivered')).toEqual(ids(one, three))
    expect(await find('opened')).toEqual(ids(one))
    expect(await find('clicked')).toEqual(ids(one))
    expect(await find('bounced')).toEqual(ids(two))
    expect(await find('complained')).toEqual(ids(three))
    expect(await find('unsubscribed')).toEqual(ids(one, three))
    expect(await find('unsubscribed', { q: three.email })).toEqual(ids(three))
    expect(await find('unsubscribed', { status: 'sent' })).toEqual([])
    expect(await find('unsubscribed', { limit: 1 })).toHaveLength(1)
  })

  test('deliveries of one fact come page by page, from many chunks', async () => {
    const { campaign, deliveries } = await lab().campaign(3_000)
    const clicked = deliveries.filter((_, n) => n % 7 === 0)
    await lab().take(...clicked.map((one) => about(one, 'click', 60)))
    for (const people of ['clicked', 'opened'] as const) {
      const found: Delivery[] = []
      for (;;) {
        const after = found.at(-1)?.id
        const page = await lab().ledger.deliveries({ campaignId: campaign.id, people, limit: 100, after })
        found.push(...page)
        if (page.length < 100) break
      }
      expect(found.map(({ id }) => id).sort()).toEqual(clicked.map(({ id }) => id).sort())
    }
  })

  test('the same events again change nothing, also under another cursor', async () => {
    const { campaign, one, two } = await first()
    const events = [about(one, 'open', 20), about(two, 'hard_bounce'), about(one, 'open', 20)]
    await lab().take(...events)
    const before = await countsOf(campaign.id)
    await lab().take(...events)
    await lab().take(about(two, 'send'), ...events)
    expect(await countsOf(campaign.id)).toEqual(before)
    expect(before).toMatchObject({ opened: 1, bounced: 1 })
  })

  test('nothing of a page is counted that a stale process wanted to record', async () => {
    const { campaign, one } = await first()
    const rows = lab().rows([about(one, 'open', 20), about(one, 'hard_bounce', 21)])
    const to = rows.at(-1)?.event.cursor ?? BEGINNING
    await lab().archive.record(BEGINNING, { epoch: 1, seq: 0 }, [])
    const error: unknown = await lab()
      .archive.record(BEGINNING, to, rows)
      .catch((e: unknown) => e)
    expect(isHubError(error, 'archive.conflict')).toBe(true)
    expect(await countsOf(campaign.id)).toBeUndefined()
    expect(await lab().suppressions.count()).toBe(0)
    expect(lab().news).toEqual([])
  })

  test('of several processes that want to record a page, one does', async () => {
    const { campaign, deliveries } = await lab().campaign(40)
    const rows = lab().rows(deliveries.map((each) => about(each, 'open', 20)))
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(() => lab().archive.record(BEGINNING, { epoch: NOON, seq: 1000 }, rows)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 40, delivered: 40 })
  })

  test('what a missed webhook would have told is found in the lists of a later one', async () => {
    const { campaign, one, two } = await first()
    const opens = [{ ts: ts(at(40)), ip: '198.51.100.7', ua: 'Linux/Ubuntu/Chrome' }]
    const clicks = [{ ts: String(ts(at(41))), url: 'https://a.example' }]
    const smtp_events = [
      { ts: ts(at(1)), type: 'deferred', diag: '451 later' },
      { ts: ts(at(3)), type: 'sent', diag: '250 ok' },
    ]
    await lab().take(about(one, 'unsub', 90, { msg: { opens, clicks, smtp_events } }))
    await lab().take(about(two, 'send', 4, { msg: { opens: null, clicks: {}, smtp_events } }))
    expect(await factsOf(one)).toMatchObject({ delivered: at(3), opened: at(40), clicked: at(41) })
    expect(await countsOf(campaign.id)).toMatchObject({ delivered: 2, opened: 1, clicked: 1 })
    await lab().take(about(one, 'open', 40), about(one, 'click', 41, { url: 'https://a.example' }))
    expect(await countsOf(campaign.id)).toMatchObject({ delivered: 2, opened: 1, clicked: 1 })
  })

  test('an event without metadata is known by the message that an earlier one has linked', async () => {
    const { campaign, one, two } = await first()
    await lab().take(about(one, 'send'), about(one, 'open', 30, { msg: { metadata: [] } }))
    await lab().take(about(one, 'click', 60, { _id: undefined, msg: { metadata: null } }))
    await lab().take(about(two, 'open', 30, { msg: { metadata: [] } })) // nothing has named it yet
    await lab().take(about(two, 'send'))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 1, clicked: 1 })
    await lab().take(about(two, 'open', 31, { msg: { metadata: {} } }))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 2 })
  })

  test('a mail that went out twice has two messages, and one subscriber', async () => {
    const { campaign, one } = await first()
    const twin = { _id: 'twin', msg: { _id: 'twin' } }
    await lab().take(about(one, 'send'), about(one, 'send', 1, twin))
    await lab().take(
      about(one, 'delivered', 2),
      about(one, 'delivered', 3, { ...twin, msg: { _id: 'twin', metadata: [] } }),
    )
    expect(await countsOf(campaign.id)).toMatchObject({ delivered: 1 })
    expect(await factsOf(one)).toMatchObject({ delivered: at(2) })
  })

  test('metadata that names a delivery of another recipient is not believed', async () => {
    const { campaign, one, two } = await first()
    const metadata = { campaign_id: two.campaignId, delivery_id: two.id }
    await lab().take(about(one, 'open', 30, { msg: { metadata } }))
    expect(await countsOf(campaign.id)).toBeUndefined()
    await lab().take(about(one, 'send'), about(one, 'open', 31, { msg: { metadata } }))
    expect(await factsOf(two)).toBeUndefined()
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 1 })
    await lab().take(about(two, 'open', 30, { msg: { email: two.email.toUpperCase() } }))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 2 })
  })

  test.for([
    { campaign_id: 'spring-letter', delivery_id: '0-0' },
    { campaign_id: '01900000-0000-7000-8000-999999999999', delivery_id: '0-0' },
    { delivery_id: '0-0' },
    [],
    'text',
    { campaign_id: 7, delivery_id: { a: 1 } },
  ])('an event that is about no delivery of the hub is left alone: %j', async (metadata) => {
    const { campaign, one } = await first()
    await lab().take(about(one, 'open', 30, { _id: idOf(one), msg: { metadata } }))
    const named = { campaign_id: campaign.id, delivery_id: '99999-1' }
    await lab().take(about(one, 'open', 30, { msg: { metadata: named } }))
    await lab().take(about(one, 'open', 30, { msg: { metadata: { ...named, delivery_id: '0-0 ' } } }))
    expect(await countsOf(campaign.id)).toBeUndefined()
  })

  test('a page may be about a thousand deliveries of many chunks', async () => {
    const { campaign, deliveries } = await lab().campaign(2100)
    const rows = lab().rows(deliveries.slice(0, 1000).map((each) => about(each, 'open', 60)))
    await lab().record(rows)
    await lab().take(...deliveries.map((each) => about(each, 'delivered', 50)))
    expect(await countsOf(campaign.id)).toMatchObject({ opened: 1000, delivered: 2100, settled: 2100 })
  })

  test('counts who left by the link in the mail, once with what Mandrill tells', async () => {
    const { campaign, one, two } = await first()
    const leave = ({ campaignId, id }: Delivery) =>
      lab().reactions.leftByLink({ campaignId, deliveryId: id }, NOON)
    for (const each of [one, one, two]) await leave(each)
    expect(await countsOf(campaign.id)).toMatchObject({ unsubscribed: 2 })
    await lab().take(about(one, 'unsub', 30))
    expect(await countsOf(campaign.id)).toMatchObject({ unsubscribed: 2 })
  })

  test('shows at a delivery that its subscriber has left by the link, whatever else was heard of it', async () => {
    const { one, two } = await first()
    const { campaignId } = one
    const earlier = NOON - 1000
    await lab().take(about(one, 'open', 30))
    await lab().reactions.leftByLink({ campaignId, deliveryId: one.id }, earlier)
    await lab().reactions.leftByLink({ campaignId, deliveryId: two.id }, earlier)
    const facts = await lab().reactions.of(campaignId, [one.id, two.id])
    expect(facts.get(one.id)).toMatchObject({ unsubscribed: earlier, opened: expect.any(Number) })
    expect(facts.get(two.id)).toMatchObject({ unsubscribed: earlier, opened: null })
  })

  test('tells to whom a mail went', async () => {
    const { one } = await first()
    const { campaignId } = one
    expect(await lab().reactions.addressOf({ campaignId, deliveryId: one.id })).toBe(one.email)
    expect(await lab().reactions.addressOf({ campaignId, deliveryId: 'test-1' })).toBeUndefined()
  })
}
