// What the loop promises about campaigns that too many subscribers bounce or complain about.
import { expect, test } from 'vitest'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { about, type LoopLab } from '../../support/loop/loop-lab.ts'

export function promisesOfBrakes(lab: () => LoopLab): void {
  const state = async (id: string) => {
    const found = await lab().store.get(id)
    return [found?.status, found?.statusReason]
  }
  const all = (deliveries: readonly Delivery[], event: string, from: number, to: number) =>
    deliveries.slice(from, to).map((each) => about(each, event, 60))

  test('too many bounces pause a campaign, and it says why', async () => {
    const { campaign, deliveries } = await lab().campaign(120)
    await lab().take(...all(deliveries, 'delivered', 0, 87), ...all(deliveries, 'hard_bounce', 87, 99))
    expect(await state(campaign.id)).toEqual(['running', null])
    await lab().take(...all(deliveries, 'delivered', 99, 100))
    expect(await state(campaign.id)).toEqual([
      'paused',
      'too many bounces: 12 of 100 mails (12 %), more than 10 %',
    ])
    expect(
      lab()
        .news.at(-1)
        ?.paused.map(({ campaignId }) => campaignId),
    ).toEqual([campaign.id])
  })

  test('a rate at its bound does not; too many complaints do', async () => {
    const { campaign, deliveries } = await lab().campaign(120)
    await lab().take(...all(deliveries, 'delivered', 0, 90), ...all(deliveries, 'hard_bounce', 90, 100))
    await lab().take(...all(deliveries, 'spam', 0, 1))
    expect(await state(campaign.id)).toEqual(['running', null])
    await lab().take(...all(deliveries, 'spam', 0, 2))
    expect(await state(campaign.id)).toEqual([
      'paused',
      'too many complaints: 2 of 100 mails (2 %), more than 1 %',
    ])
  })

  test('who resumes it has seen those: the next hundred are judged anew', async () => {
    const { campaign, deliveries } = await lab().campaign(400)
    await lab().take(...all(deliveries, 'hard_bounce', 0, 100))
    await lab().take(...all(deliveries, 'hard_bounce', 100, 150)) // were under way
    await lab().store.change(campaign.id, ['paused'], { status: 'running', statusReason: null })
    await lab().take(...all(deliveries, 'delivered', 150, 245), ...all(deliveries, 'hard_bounce', 245, 250))
    expect(await state(campaign.id)).toEqual(['running', null])
    await lab().take(...all(deliveries, 'hard_bounce', 250, 280))
    expect((await state(campaign.id))[0]).toBe('paused')
  })

  test('a campaign that does not run is left alone', async () => {
    const { campaign, deliveries } = await lab().campaign(120)
    await lab().store.change(campaign.id, ['running'], { status: 'finished' })
    await lab().take(...all(deliveries, 'hard_bounce', 0, 120))
    expect(await state(campaign.id)).toEqual(['finished', null])
    expect(lab().news.at(-1)?.paused).toEqual([])
  })
}
