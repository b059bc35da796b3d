// Promises of the pages of deliveries, and of the audience.
import { and, eq } from '../../../src/adapters/sql/driver/drizzle.ts'
import type { Campaign, Delivery } from '../../../src/core/campaigns/ports.ts'
import { expect, test } from 'vitest'
import { emailOf, laneOf, outcome, readerId, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

export function promisesOfReadingDeliveries(lab: () => LedgerLab): void {
  async function campaign(count: number) {
    await lab().addSubscribers({ count })
    const campaign = await lab().start()
    await lab().expand(campaign)
    return campaign
  }
  const numbers = (deliveries: readonly { subscriberId: string }[]) =>
    deliveries.map(({ subscriberId }) => Number(subscriberId.slice(-12))).sort((a, b) => a - b)

  test('a page ends at its limit, and the next one begins after its last', async () => {
    const { id: campaignId } = await campaign(1800)
    const found = []
    for (let after: string | undefined; ; after = found.at(-1)?.id) {
      const page = await lab().ledger.deliveries({ campaignId, limit: 501, after })
      if (page.length === 0) break
      found.push(...page)
    }
    expect(found).toHaveLength(1800)
    expect(new Set(numbers(found)).size).toBe(1800)
    const places = found.map(({ chunk, n }) => chunk * 1000 + n)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test('are read from the last one back, too, by whatever is asked for', async () => {
    const { id: campaignId } = await campaign(12_500)
    for (const ref of await lab().due(campaignId))
      await lab().ledger.record(ref, [1, 2, 3].map((n) => outcome(n, { status: 'failed', reason: '550 5.1.1' }))) // prettier-ignore
    const ids = async (query: object, limit: number) => {
      const found: string[] = []
      for (;;) {
        const page = await lab().ledger.deliveries({ campaignId, limit, after: found.at(-1), ...query })
        found.push(...page.map(({ id }) => id))
        if (page.length < limit) return found
      }
    }
    const failed = { status: 'failed' } as const
    for (const query of [{}, failed, { q: 'er-1000' }, { reason: '550 5.1.1: no such mailbox' }])
      expect(await ids({ ...query, order: 'desc' }, 700)).toEqual((await ids(query, 5_000)).toReversed())
    expect(await ids({ ...failed, order: 'desc' }, 5)).toEqual((await ids(failed, 100)).toReversed())
  })

  test('can be of one state only', async () => {
    const { id: campaignId } = await campaign(1500)
    const refs = await lab().due(campaignId)
    const failed = []
    for (const ref of refs) {
      const [first] = await lab().ledger.open(ref, NOON)
      if (!first) continue
      failed.push(first)
      await lab().ledger.record(ref, [outcome(first.n, { status: 'failed', reason: '550' })])
    }
    const found = await lab().ledger.deliveries({ campaignId, status: 'failed', limit: 100 })
    expect(numbers(found)).toEqual(numbers(failed))
    expect(found[0]).toMatchObject({ lane: laneOf(found[0]?.email ?? ''), reason: '550' })
    expect(await lab().ledger.deliveries({ campaignId, status: 'cancelled', limit: 100 })).toEqual([])
  })

  test('can be looked for by a part of the address, without case, in every chunk', async () => {
    const { id: campaignId } = await campaign(12_500)
    const find = async (q: string) => numbers(await lab().ledger.deliveries({ campaignId, q, limit: 1000 }))
    expect(await find('READER-12499@')).toEqual([12_499])
    expect(await find(emailOf(77).toLowerCase())).toEqual([77])
    expect(await find('er-1000')).toEqual([
      1000, 10_000, 10_001, 10_002, 10_003, 10_004, 10_005, 10_006, 10_007, 10_008, 10_009,
    ])
    for (const nothing of ['%', '_', 'nobody', "'"]) expect(await find(nothing)).toEqual([])
  })

  test('can be of one reason only, whatever words the servers add', async () => {
    const { id: campaignId } = await campaign(12_500)
    const refs = await lab().due(campaignId)
    const failed: string[] = []
    for (const ref of refs.slice(5, 9)) {
      const reason = `550 5.1.1 <somebody-${ref.chunk}@example.com> unknown`
      const other = outcome(2, { status: 'failed', reason: '554 5.7.1 Spam' })
      await lab().ledger.record(ref, [outcome(1, { status: 'failed', reason }), other, outcome(3)])
      failed.push(`${ref.chunk}-1`)
    }
    const find = async (more: object) =>
      (await lab().ledger.deliveries({ campaignId, limit: 100, ...more })).map(({ id }) => id).sort()
    const reason = '550 5.1.1: no such mailbox'
    expect(await find({ reason })).toEqual(failed.sort())
    expect(await find({ reason, status: 'failed' })).toEqual(failed)
    expect(await find({ reason, status: 'skipped' })).toEqual([])
    expect(await find({ reason: '550 5.1.1' })).toEqual([])
    expect(await find({ reason, limit: 3 })).toHaveLength(3)
  })

  test('of one reason come page by page, each once', async () => {
    const { id: campaignId } = await campaign(4_000)
    for (const ref of await lab().due(campaignId)) {
      const all = Array.from({ length: 500 }, (_, n) =>
        outcome(n, { status: 'failed', reason: `451 4.3.0 ${n}` }),
      )
      await lab().ledger.record(ref, all)
    }
    const found: Delivery[] = []
    for (;;) {
      const page = await lab().ledger.deliveries({ campaignId, reason: '451 4.3.0', limit: 900, after: found.at(-1)?.id }) // prettier-ignore
      found.push(...page)
      if (page.length < 900) break
    }
    expect(new Set(numbers(found)).size).toBe(4_000)
    expect(found).toHaveLength(4_000)
  })

  test('tell whether the subscriber is still on the list', async () => {
    const { id: campaignId } = await campaign(3)
    const { subscribers } = lab().sql.tables
    await lab().sql.run(
      lab()
        .sql.db.delete(subscribers)
        .where(eq(subscribers.id, readerId(1))),
    )
    const found = await lab().ledger.deliveries({ campaignId, limit: 10 })
    const listed = found.map(({ subscriberId, isListed }) => [Number(subscriberId.slice(-3)), isListed])
    expect(listed.sort()).toEqual([[0, true], [1, false], [2, true]]) // prettier-ignore
  })

  test('to one subscriber are told of all started campaigns, newest first, in pages', async () => {
    const all: Campaign[] = []
    await lab().addSubscribers({ count: 1300 })
    for (let n = 0; n < 25; n++) {
      const one = await lab().start({ subject: `Letter ${n}` })
      if (n % 12 === 0) await lab().expand(one, 700)
      all.unshift(one)
    }
    await lab().start({ status: 'draft', startedAt: null })
    const theirs = all.filter((_, n) => (24 - n) % 12 === 0)
    const to = (limit: number, before?: string) => lab().ledger.deliveriesTo(readerId(777), limit, before)
    const found = await to(10)
    expect(found.map(({ campaignId, subject }) => [campaignId, subject])).toEqual(
      theirs.map(({ id, subject }) => [id, subject]),
    )
    for (const one of found)
      expect(one).toMatchObject({
        subscriberId: readerId(777),
        email: emailOf(777),
        lane: laneOf(emailOf(777)),
      })
    expect(await to(1)).toEqual(found.slice(0, 1))
    expect(await to(2, found[0]?.campaignId)).toEqual(found.slice(1))
    expect(await to(2, found[2]?.campaignId)).toEqual([])
    expect(await lab().ledger.deliveriesTo(readerId(99_999), 10)).toEqual([])
  })

  test('another campaign keeps its own', async () => {
    const first = await campaign(3)
    const second = await lab().start()
    await lab().expand(second)
    await lab().ledger.record({ campaignId: first.id, chunk: 0, lane: 'google' }, [outcome(0)])
    expect(await lab().countsOf(second.id)).toMatchObject({ total: 3, queued: 3, sent: 0 })
    expect(await lab().all(second.id)).toHaveLength(3)
  })

  test('a word that is no place is the beginning', async () => {
    const { id: campaignId } = await campaign(2)
    expect(await lab().ledger.deliveries({ campaignId, limit: 10, after: 'x' })).toHaveLength(2)
  })

  test('of an erased subscriber stay, and do not tell whose they were', async () => {
    const first = await campaign(1200)
    const second = await lab().start()
    await lab().expand(second)
    expect(await lab().ledger.erase(emailOf(777).toUpperCase())).toBe(2)
    expect(await lab().ledger.erase(emailOf(777))).toBe(0)
    expect(await lab().ledger.erase(emailOf(778).slice(1))).toBe(0)
    for (const { id: campaignId } of [first, second]) {
      expect(await lab().ledger.deliveries({ campaignId, q: 'reader-777@', limit: 9 })).toEqual([])
      const theirs = (await lab().all(campaignId)).filter((one) => one.email === '')
      expect(theirs).toMatchObject([{ subscriberId: readerId(777), name: '', status: 'queued' }])
      expect(await lab().countsOf(campaignId)).toMatchObject({ total: 1200, queued: 1200 })
    }
  })

  test('of an erased subscriber are looked for where their address is noted, or where nothing is', async () => {
    const { id: campaignId } = await campaign(12_500)
    const { sql } = lab()
    const { deliveries, chunkNames } = sql.tables
    // Nobody wrote these as the ledger does: only who reads their chunks finds them.
    await sql.run(
      sql.db
        .update(deliveries)
        .set({ email: emailOf(777) })
        .where(eq(deliveries.n, 0)),
    )
    expect(await lab().ledger.erase(emailOf(777))).toBeLessThanOrEqual(2)
    await sql.run(sql.db.delete(chunkNames).where(eq(chunkNames.chunk, 9)))
    expect(await lab().ledger.erase(emailOf(777))).toBe(1)
    await sql.run(sql.db.delete(chunkNames).where(eq(chunkNames.campaignId, campaignId)))
    expect(await lab().ledger.erase(emailOf(777))).toBeGreaterThan(20)
  })

  test('with a part of an address are looked for where it is noted, or where nothing is', async () => {
    const { id: campaignId } = await campaign(1_200)
    const { sql } = lab()
    const { deliveries, chunkNames } = sql.tables
    const [place] = await lab().all(campaignId)
    const found = async (q: string) =>
      (await lab().ledger.deliveries({ campaignId, q, limit: 2_000 })).map(({ email }) => email)
    expect(await found(emailOf(777).slice(3).toUpperCase())).toEqual([emailOf(777)])
    const all = (await lab().all(campaignId)).map(({ email }) => email)
    expect((await found('er-77')).sort()).toEqual(all.filter((email) => email.includes('er-77')).sort())
    // Nobody wrote this as the ledger does: only who reads its chunk finds it.
    const here = and(eq(deliveries.chunk, place?.chunk ?? 0), eq(deliveries.n, place?.n ?? 0))
    await sql.run(sql.db.update(deliveries).set({ email: 'Unnoted@example.com' }).where(here))
    expect(await found('unnoted')).toEqual([])
    await sql.run(sql.db.delete(chunkNames))
    expect(await found('unnoted')).toEqual(['Unnoted@example.com'])
  })

  test('nothing notes the address of an erased subscriber any more, but those beside it', async () => {
    const { id: campaignId } = await campaign(1_200)
    const noted = async () =>
      (await lab().sql.read(lab().sql.db.select().from(lab().sql.tables.chunkNames)))
        .flatMap(({ addresses }) => addresses.toString().split('\n'))
        .filter((email) => email !== '')
        .sort()
    const before = await noted()
    expect(before).toHaveLength(1_200)
    for (const n of [776, 777, 778]) expect(await lab().ledger.erase(emailOf(n))).toBe(1)
    expect(await noted()).toEqual(before.filter((email) => !/-77[678]@/.test(email)))
    expect(await lab().countsOf(campaignId)).toMatchObject({ total: 1200 })
  })

  test("of an erased subscriber keep nothing of the server's answers: they quote addresses", async () => {
    const { id: campaignId } = await campaign(3)
    const one = (await lab().all(campaignId)).find(({ email }) => email === emailOf(1))
    const reason = `550 5.1.1 <${emailOf(1)}>: no such user`
    const { chunk, n, lane } = one as Delivery
    await lab().ledger.record({ campaignId, chunk, lane }, [outcome(n, { status: 'failed', reason })])
    expect(await lab().ledger.erase(emailOf(1))).toBe(1)
    const theirs = (await lab().all(campaignId)).filter(({ email }) => email === '')
    expect(theirs).toMatchObject([{ status: 'failed', reason: null }])
  })

  test('the audience of a draft is who is subscribed now, without who is suppressed', async () => {
    await lab().addSubscribers({ count: 10 })
    await lab().addSubscribers({ count: 2, from: 20, subscribed: false })
    await lab().suppress(1, 'bounce')
    await lab().suppress(2, 'bounce', NOON + MINUTE)
    await lab().suppress(3, 'manual')
    await lab().suppress(4, 'manual', NOON)
    await lab().suppress(20, 'bounce')
    await lab().suppress(99, 'bounce')
    const draft = await lab().start({ status: 'draft', startedAt: null })
    expect(await lab().ledger.audience(draft, NOON)).toEqual({
      recipients: 7,
      skipped: { 'suppressed: bounce': 2, 'suppressed: manual': 1 },
    })
  })

  test('who has letters beyond ASCII before the @ is skipped, and the audience says so before', async () => {
    await lab().addSubscribers({ count: 2 })
    const odd = ['한글@naver.com', 'grüße@example.com', 'left@example.com', 'ann@한글.kr', '지움@example.com']
    await lab().addNamed(odd)
    await lab().suppressEmail('지움@example.com', 'manual')
    const skipped = { 'letters beyond ASCII before the @': 2, 'suppressed: manual': 1 }
    const campaign = await lab().start()
    expect(await lab().ledger.audience(campaign, NOON)).toEqual({ recipients: 4, skipped })
    await lab().expand(campaign)
    expect(await lab().ledger.audience({ ...campaign, expanded: true }, NOON)).toEqual({
      recipients: 4,
      skipped,
    })
  })

  test('the audience of one that is started and not expanded yet is who would get it', async () => {
    await lab().addSubscribers({ count: 10 })
    await lab().suppress(1, 'bounce')
    const campaign = await lab().start()
    expect(await lab().ledger.audience(campaign, NOON)).toMatchObject({ recipients: 9 })
  })

  test('the audience of a started one is whom it has taken', async () => {
    await lab().addSubscribers({ count: 10 })
    await lab().suppress(1, 'bounce')
    const campaign = await lab().start()
    await lab().expand(campaign)
    const left = (await lab().all(campaign.id)).find(({ subscriberId }) => subscriberId === readerId(5))
    if (!left) throw new Error('subscriber 5 has no delivery')
    const ref = { campaignId: campaign.id, chunk: left.chunk, lane: left.lane }
    const skipped = outcome(left.n, { status: 'skipped', attempts: 0, reason: 'unsubscribed' })
    await lab().ledger.record(ref, [skipped])
    await lab().addSubscribers({ count: 5, from: 50 })
    expect(await lab().ledger.audience({ ...campaign, expanded: true }, NOON)).toEqual({
      recipients: 8,
      skipped: { 'suppressed: bounce': 1, unsubscribed: 1 },
    })
  })
}
