// What EventFeed promises about events that are taken out.
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import { makeEvents, readAll, seqs, until, type FeedLab } from '../../support/feed-lab.ts'

export function promisesOfErasing(lab: () => FeedLab): void {
  const filled = async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const { events } = await feed.read(BEGINNING, 10)
    const at = (n: number) => events[n - 1]?.cursor ?? BEGINNING
    return { feed, at }
  }

  test('passes over them without a gap, and leaves all others where they are', async () => {
    const { feed, at } = await filled()
    await feed.erase([at(3), at(4), at(7)])
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual([1, 2, 5, 6, 8, 9, 10])
    const page = await feed.read(at(2), 100)
    expect([seqs(page.events), page.gap]).toEqual([[5, 6, 8, 9, 10], undefined])
    expect(seqs((await feed.read(at(3), 100)).events)).toEqual([5, 6, 8, 9, 10])
    await feed.append(makeEvents(2, 'later'))
    expect(seqs((await feed.read(at(6), 100)).events)).toEqual([8, 9, 10, 11, 12])
  })

  test('leads to the head where all that follows was taken out', async () => {
    const { feed, at } = await filled()
    await feed.erase([at(9), at(10)])
    const page = await feed.read(at(8), 100)
    expect(page).toEqual({ events: [], gap: undefined, next: at(10), head: at(10) })
    expect((await feed.read(at(10), 100)).next).toEqual(at(10))
  })

  test('a follower gets all others, and those that come', async () => {
    const { feed, at } = await filled()
    await feed.erase([at(5), at(10)])
    const got: number[] = []
    let next = at(3)
    const follower = feed.follow(at(3), (page) => {
      expect(page.gap).toBeUndefined()
      got.push(...seqs(page.events))
      next = page.next
    })
    await until(() => expect(next).toEqual(at(10)))
    await feed.append(makeEvents(2, 'later'))
    await until(() => expect(got).toEqual([4, 6, 7, 8, 9, 11, 12]))
    await follower.close()
  })

  test('what was taken out stays known: again, it is a duplicate', async () => {
    const { feed, at } = await filled()
    await feed.erase([at(2)])
    expect(await feed.append(makeEvents(3))).toEqual({ accepted: 0, duplicates: 3 })
  })

  test('places that hold nothing, or are of another feed, change nothing', async () => {
    const { feed, at } = await filled()
    await feed.erase([at(2), at(2), { epoch: 7, seq: 5 }, { ...at(1), seq: 99 }])
    await feed.erase([])
    expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10])
  })
}
