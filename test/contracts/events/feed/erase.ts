// What EventFeed promises about events that are taken out.
import { expect, test } from 'vitest'
import { BEGINNING, compareCursors } from '../../../../src/core/events/cursor.ts'
import type { FeedEvent } from '../../../../src/core/events/event.ts'
import { NO_FACTS, writeFacts } from '../../../../src/core/events/facts.ts'
import { idOf, makeEvents, readAll, seqs, type FeedLab } from '../../../support/events/feed-lab.ts'
import { until } from '../../../support/eventually.ts'

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

  test('a search goes on to the head, and leaves nothing out that names who is looked for', async () => {
    const feed = await lab().open()
    const named = (recipient: string | null, messageId: string | null, sender: string | null, n: number) => ({
      id: idOf(Buffer.from(`${n}`)),
      kind: 'inbound' as const,
      data: Buffer.from('{}'),
      ...writeFacts('postbird', { ...NO_FACTS, recipient, messageId, sender, subject: '안녕 ann' }),
    })
    const theirs = [
      named('Ann@Example.com', 'm1', null, 1),
      named('ａnn@xn--bcher-kva.example', 'm2', null, 2),
      named('office@example.com', null, 'ann@EXAMPLE.com', 3),
      named('office@example.com', null, 'Ann@BÜCHER.example', 4),
      named(null, 'Mail "of" ann', null, 5),
    ]
    const others = Array.from({ length: 300 }, (_, n) =>
      named(`bob-${n}@example.com`, `o${n}`, 'news@example.com', 10 + n),
    )
    await feed.append([...others.slice(0, 100), ...theirs, ...others.slice(100)])
    const names = [
      'ann@example.com',
      'ann@xn--bcher-kva.example',
      'ａnn@xn--bcher-kva.example',
      'Mail "of" ann',
    ]
    const found: FeedEvent[] = []
    const head = await feed.last(0)
    for (let after = BEGINNING; compareCursors(after, head) < 0;) {
      const { events, next } = await feed.search(after, 50, names)
      found.push(...events)
      after = next
    }
    const theirPlaces = found.filter(({ cursor: { seq } }) => seq > 100 && seq <= 105)
    expect(seqs(theirPlaces)).toEqual([101, 102, 103, 104, 105])
    expect(theirPlaces[0]).toMatchObject(theirs[0] ?? {})
    expect(await feed.search(head, 50, names)).toMatchObject({ events: [], next: head })
  })
}
