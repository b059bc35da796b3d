// Every promise of the CampaignStore port, as tests that each database must pass.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import { makeCampaign, openLedgerLab, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { emptied, type SqlLab } from '../../support/database/sql-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

export function campaignStoreContract(openLab: () => Promise<SqlLab>): void {
  let lab: LedgerLab
  const openEmptied = emptied(openLab)
  beforeEach(async () => void (lab = await openLedgerLab(await openEmptied())))
  afterEach(() => lab.close())

  async function create(changes?: Partial<Campaign>): Promise<Campaign> {
    return (await lab.store.create(makeCampaign(changes))).campaign
  }
  const ids = (campaigns: readonly { id: string }[]) => campaigns.map(({ id }) => id)

  describe('create', () => {
    test('keeps a campaign as it is given', async () => {
      const campaign = makeCampaign({
        subject: '안녕 😀',
        content: '<p>x</p>'.repeat(100_000),
        text: 'plain',
        preheader: 'pre',
        replyTo: 'a@example.com',
        tag: null,
        status: 'scheduled',
        statusReason: 'why',
        transport: 'outbox',
        sendAt: NOON + 1,
        startedAt: NOON + 2,
        finishedAt: NOON + 3,
      })
      expect(await lab.store.create(campaign)).toEqual({ campaign, created: true })
      expect(await lab.store.get(campaign.id)).toEqual(campaign)
    })

    test('with a key that was used before gives that campaign, as it is now', async () => {
      const first = makeCampaign()
      await lab.store.create(first, 'key-1', 'print')
      await lab.store.change(first.id, ['draft'], { subject: 'edited' })
      const again = await lab.store.create(makeCampaign(), 'key-1', 'print')
      expect(again).toEqual({ campaign: { ...first, subject: 'edited' }, created: false })
      expect(await lab.store.list(10)).toHaveLength(1)
    })

    test('with a key that came with another request is refused', async () => {
      await lab.store.create(makeCampaign(), 'key-1', 'print')
      await expect(lab.store.create(makeCampaign(), 'key-1', 'other')).rejects.toMatchObject({
        code: 'campaign.idempotency_conflict',
      })
    })

    test('repeated: the campaign of a key, before anything is created', async () => {
      const first = makeCampaign()
      await lab.store.create(first, 'key-1', 'print')
      expect(await lab.store.repeated('key-1', 'print')).toEqual(first)
      expect(await lab.store.repeated('KEY-1', 'print')).toBeUndefined()
      await expect(lab.store.repeated('key-1', 'other')).rejects.toMatchObject({
        code: 'campaign.idempotency_conflict',
      })
    })

    test('with one key many times at once makes one', async () => {
      const made = await Promise.all(
        Array.from({ length: 8 }, () => lab.store.create(makeCampaign(), 'key-1', 'print')),
      )
      expect(made.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(ids(made.map(({ campaign }) => campaign))).size).toBe(1)
    })

    test('without a key makes one each time', async () => {
      expect(new Set(ids([await create(), await create()])).size).toBe(2)
    })
  })

  describe('list', () => {
    test('gives pages, newest first or last, without the texts', async () => {
      const made = []
      for (let n = 0; n < 5; n++) made.unshift(await create())
      const first = await lab.store.list(3)
      expect(ids([...first, ...(await lab.store.list(3, first.at(-1)?.id))])).toEqual(ids(made))
      const oldest = await lab.store.list(3, undefined, 'asc')
      const rest = await lab.store.list(3, oldest.at(-1)?.id, 'asc')
      expect(ids([...oldest, ...rest])).toEqual(ids(made).toReversed())
      expect(first[0]).not.toHaveProperty('content')
      expect(first[0]).not.toHaveProperty('text')
    })
  })

  describe('change', () => {
    test('from a state that it has', async () => {
      const { id } = await create()
      expect(await lab.store.change(id, ['draft', 'scheduled'], { status: 'running', startedAt: NOON })).toBe(
        true,
      )
      expect(await lab.store.get(id)).toMatchObject({ status: 'running', startedAt: NOON })
    })

    test('from any other state changes nothing', async () => {
      const { id } = await create({ status: 'running' })
      expect(await lab.store.change(id, ['draft', 'scheduled'], { subject: 'late' })).toBe(false)
      expect(await lab.store.get(id)).toMatchObject({ subject: makeCampaign().subject })
    })

    test('can set a value to null, and leaves out what is not given', async () => {
      const { id } = await create({ status: 'scheduled', sendAt: NOON, tag: 'kept' })
      await lab.store.change(id, ['scheduled'], { status: 'draft', sendAt: null })
      expect(await lab.store.get(id)).toMatchObject({ status: 'draft', sendAt: null, tag: 'kept' })
    })

    test('of two that start it at once, one does', async () => {
      const { id } = await create()
      const start = () => lab.store.change(id, ['draft'], { status: 'running' })
      expect((await Promise.all([start(), start(), start()])).filter(Boolean)).toHaveLength(1)
    })

    test('of one that is not there is false', async () => {
      expect(await lab.store.change('nobody', ['draft'], { subject: 'x' })).toBe(false)
    })
  })

  describe('remove', () => {
    test.each(['draft', 'scheduled'] as const)('takes a %s one away', async (status) => {
      const { id } = await create({ status })
      expect(await lab.store.remove(id)).toBe(true)
      expect(await lab.store.get(id)).toBeUndefined()
      expect(await lab.store.remove(id)).toBe(false)
    })

    test.each(['running', 'paused', 'finished', 'cancelled'] as const)('leaves a %s one', async (status) => {
      const { id } = await create({ status })
      expect(await lab.store.remove(id)).toBe(false)
      expect(await lab.store.get(id)).toBeDefined()
    })
  })

  test('active: running ones and scheduled ones that are due, oldest start first', async () => {
    const due = await create({ status: 'scheduled', sendAt: NOON })
    const later = await create({ status: 'running', startedAt: NOON + 1 })
    const first = await create({ status: 'running', startedAt: NOON - 1 })
    await create({ status: 'scheduled', sendAt: NOON + MINUTE })
    for (const status of ['draft', 'paused', 'finished', 'cancelled'] as const)
      await create({ status, startedAt: NOON })
    expect(ids(await lab.store.active(NOON))).toEqual(ids([first, due, later]))
  })

  test('cancelling: cancelled ones that are not settled', async () => {
    const open = await create({ status: 'cancelled', startedAt: NOON })
    await create({ status: 'cancelled', startedAt: NOON, finishedAt: NOON + 1 })
    await create({ status: 'running', startedAt: NOON })
    expect(ids(await lab.store.cancelling())).toEqual([open.id])
  })
}
