// What EventFeed promises about a hub that is stopped, killed and started again, and about a store that was lost.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import {
  makeEvents,
  range,
  readAll,
  seqs,
  startReader,
  texts,
  type FeedLab,
} from '../../../support/events/feed-lab.ts'
import { HOUR } from '../../../support/times.ts'

const APPEND_AND_DIE = join(import.meta.dirname, '../../../support/events/append-and-die.ts')

export function promisesOfRestarting(lab: () => FeedLab): void {
  test('reads on from a cursor of before a restart', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    const cursor = await before.last(4)
    await before.close()
    const page = await (await lab().open()).read(cursor, 100)
    expect(page.gap).toBeUndefined()
    expect(seqs(page.events)).toEqual(range(7, 10))
  })

  test('follows on from a cursor of before a restart', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    const head = await before.last(0)
    await before.close()
    const after = await lab().open()
    const reader = startReader(after, head)
    await after.append(makeEvents(5, 'later'))
    await reader.has(5)
    expect(reader.gaps).toEqual([])
    expect(seqs(reader.events)).toEqual(range(11, 15))
  })

  test('numbers on after a restart, also when all was trimmed', async () => {
    const before = await lab().open({ retention: 0 })
    await before.append(makeEvents(10))
    await before.trim(await before.last(0))
    await before.close()
    const after = await lab().open()
    await after.append(makeEvents(2, 'later'))
    expect(seqs((await readAll(after, BEGINNING)).events)).toEqual([11, 12])
  })

  test('tells what was trimmed to a cursor of before two restarts', async () => {
    const first = await lab().open()
    await first.append(makeEvents(10))
    const cursor = await first.last(8)
    await first.close()
    const second = await lab().open({ retention: 3 })
    await second.append(makeEvents(5, 'second'))
    await second.trim(await second.last(0))
    const kept = await second.last(3)
    await second.close()
    const page = await (await lab().open()).read(cursor, 100)
    expect(page.gap).toEqual({ from: cursor, to: kept, reason: 'expired' })
    expect(seqs(page.events)).toEqual(range(13, 15))
  })

  test('knows after a restart what it was told last to have been taken', async () => {
    const before = await lab().open()
    expect(await before.taken()).toEqual(BEGINNING)
    await before.append(makeEvents(10))
    await before.trim(await before.last(0))
    const told = await before.last(3)
    await before.trim(told)
    await before.close()
    expect(await (await lab().open()).taken()).toEqual(told)
  })

  test('knows after a restart what it was given before', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    await before.close()
    expect(await (await lab().open()).append(makeEvents(12))).toEqual({ accepted: 2, duplicates: 10 })
  })

  test('tells a reset to a cursor from before its store was lost', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    const cursor = await before.last(4)
    await before.close()
    await lab().wipe()
    lab().clock.now += HOUR
    const after = await lab().open()
    await after.append(makeEvents(8, 'new'))
    const page = await after.read(cursor, 100)
    expect(page.gap).toEqual({ from: cursor, to: await after.last(8), reason: 'reset' })
    expect(texts(page.events)).toEqual(texts(makeEvents(8, 'new')))
  })

  test('tells a follower a reset when its store was lost', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    const cursor = await before.last(0)
    await before.close()
    await lab().wipe()
    lab().clock.now += HOUR
    const after = await lab().open()
    const reader = startReader(after, cursor)
    await after.append(makeEvents(12, 'new'))
    await reader.has(12)
    expect(reader.gaps).toMatchObject([{ from: cursor, reason: 'reset' }])
    expect(seqs(reader.events)).toEqual(range(1, 12))
  })

  test('recognises a lost store also when the clock was set back', async () => {
    const before = await lab().open()
    await before.append(makeEvents(10))
    const cursor = await before.last(0)
    await before.close()
    await lab().wipe()
    lab().clock.now -= HOUR
    const after = await lab().open()
    await after.append(makeEvents(3, 'new'))
    expect((await after.read(cursor, 100)).gap).toMatchObject({ from: cursor, reason: 'reset' })
  })

  test.for([
    ['further in its newest life', 0, 5],
    ['in a later life', 1, -2],
    ['in a life that a faster clock has begun', 5 * HOUR, 0],
  ] as const)(
    'a feed that is older than what is known of it (%s) begins a later life',
    async ([, later, more]) => {
      const feed = await lab().open()
      await feed.append(makeEvents(10))
      const head = await feed.last(0)
      const known = { epoch: head.epoch + later, seq: head.seq + more }
      await feed.outlive(known)
      expect(await feed.last(0)).toEqual({ epoch: known.epoch + 1, seq: 10 })
      await feed.append(makeEvents(more + 3, 'new'))
      const page = await feed.read(known, 100)
      expect(page.gap).toMatchObject({ from: known, reason: 'reset' })
      expect(texts(page.events).slice(-more - 3)).toEqual(texts(makeEvents(more + 3, 'new')))
      expect((await feed.read(head, 100)).gap).toBeUndefined()
    },
  )

  test('a feed that reaches what is known of it stays as it is', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const head = await feed.last(0)
    for (const known of [head, { ...head, seq: 3 }, BEGINNING, { epoch: head.epoch - 1, seq: 99 }])
      await feed.outlive(known)
    expect(await feed.last(0)).toEqual(head)
  })

  test('stores what was given before it was closed', async () => {
    const before = await lab().open()
    const appending = before.append(makeEvents(500))
    await before.close()
    expect(await appending).toEqual({ accepted: 500, duplicates: 0 })
    expect((await readAll(await lab().open(), BEGINNING)).events).toHaveLength(500)
  })

  test('refuses events after it was closed', async () => {
    const feed = await lab().open()
    await feed.close()
    await expect(feed.append(makeEvents(1))).rejects.toMatchObject({ code: 'feed.unavailable', status: 503 })
  })

  test('may be closed twice', async () => {
    const feed = await lab().open()
    await feed.close()
    await expect(feed.close()).resolves.toBeUndefined()
  })

  test('has everything that it said was stored after kill -9', async () => {
    for (const n of range(1, 3)) {
      const answer = await appendAndDie([...lab().recipe, '40', `process ${n}`])
      expect(JSON.parse(answer)).toEqual({ accepted: 40, duplicates: 0 })
    }
    const { events, gaps } = await readAll(await lab().open(), BEGINNING)
    expect(gaps).toEqual([])
    expect(texts(events)).toEqual(range(1, 3).flatMap((n) => texts(makeEvents(40, `process ${n}`))))
  })
}

function appendAndDie(args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile(process.execPath, [APPEND_AND_DIE, ...args], (error, stdout, stderr) => {
    if (child.signalCode === 'SIGKILL') resolve(stdout)
    else reject(new Error(`The process was not killed: ${stderr}`, { cause: error }))
  })
  return promise
}
