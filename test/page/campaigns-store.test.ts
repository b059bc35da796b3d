// The page's campaigns: those that the socket tells of, and older ones that are asked for by their names.
import { describe, expect, test } from 'vitest'
import type { Campaign } from '../../public/client.d.ts'
import { createCampaigns } from '../../public/page/campaigns/store.js'

type Get = Parameters<typeof createCampaigns>[0]['api']['get']

function setup(answer: () => Promise<unknown>) {
  const asked: string[] = []
  const get = ((path: string) => {
    asked.push(path)
    return answer()
  }) as Get
  return { asked, campaigns: createCampaigns({ api: { get } }) }
}

test('of an older one the name is asked for once and kept; it is no news: nobody would tell how it changes', async () => {
  const { asked, campaigns } = setup(async () => ({ id: 'old', subject: 'May', content: '<p>…</p>' }))
  const both = [campaigns.find('old'), campaigns.find('old')]
  expect(await Promise.all(both)).toEqual([{ subject: 'May' }, { subject: 'May' }])
  expect(await campaigns.find('old')).toEqual({ subject: 'May' })
  expect(asked).toEqual(['/campaigns/old'])
  expect(campaigns.store.get().campaigns.size).toBe(0)
})

test('one that could not be had is asked for again', async () => {
  const { asked, campaigns } = setup(() => Promise.reject(new Error('The hub cannot be reached')))
  for (let n = 0; n < 2; n++) await expect(campaigns.find('old')).rejects.toThrow(/reached/)
  expect(asked).toHaveLength(2)
})

describe('a draft that was deleted elsewhere', () => {
  const campaign = (id: string) => ({ id, subject: id, status: 'draft' }) as Campaign
  const shown = ({ store }: ReturnType<typeof createCampaigns>) => [...store.get().campaigns.keys()].sort()

  test('is gone once the newest are read; what is older than those, or has come meanwhile, stays', async () => {
    const { campaigns } = setup(async () => {
      campaigns.put(campaign('6'))
      return { campaigns: [campaign('5'), campaign('3')], next: '3' }
    })
    campaigns.put(...['1', '3', '4', '5'].map(campaign))
    await campaigns.refresh()
    expect(shown(campaigns)).toEqual(['1', '3', '5', '6'])
  })

  test('is gone, too, where it was the oldest of all', async () => {
    const { campaigns } = setup(async () => ({ campaigns: [campaign('5')], next: null }))
    campaigns.put(campaign('1'), campaign('5'))
    await campaigns.refresh()
    expect(shown(campaigns)).toEqual(['5'])
  })
})
