// What removing and erasing subscribers promise.
import { beforeEach, describe, expect, test } from 'vitest'
import type { SubscriberStore } from '../../../src/core/list/ports.ts'
import { makeReaders, makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

export function promisesOfRemoving(lab: () => ListLab): void {
  async function addAnn(): Promise<string> {
    const { subscriber } = await lab().list.subscribe('Ann@Example.com', 'Ann', NOON)
    return subscriber?.id ?? ''
  }
  const subscribe = () => lab().list.subscribe('ann@example.com', '', NOON)
  /** Everything that the two tables hold. */
  async function traces(): Promise<string> {
    const { db, tables } = lab().sql
    const rows = [
      await lab().sql.read(db.select({ email: tables.subscribers.email }).from(tables.subscribers)),
      await lab().suppressions.list(100),
    ]
    return JSON.stringify(rows).toLowerCase()
  }

  test('one is removed once; their suppression stays', async () => {
    const id = await addAnn()
    await lab().suppressions.put(makeSuppression('ann@example.com'))
    expect(await lab().list.remove(id)).toBe(true)
    expect(await lab().list.remove(id)).toBe(false)
    expect(await lab().list.get(id)).toBeUndefined()
    expect((await subscribe()).outcome).toBe('suppressed')
  })

  test('all are removed, however many; suppressions stay', async () => {
    for (let from = 1; from <= 11_000; from += 1000)
      await lab().list.import(makeReaders(from, from + 999), NOON, false)
    await lab().suppressions.put(makeSuppression('reader-1@example.com'))
    await lab().list.removeAll()
    expect(await lab().list.count({})).toBe(0)
    expect(await lab().suppressions.count()).toBe(1)
    await lab().list.removeAll()
  })

  describe('who had left', () => {
    const ann = { email: 'ann@example.com', name: '' }
    const leave: [string, () => Promise<unknown>][] = [
      ['by the API', async () => (await addAnn(), lab().list.unsubscribe('ann@example.com', NOON))],
      ['by a file', () => lab().list.import([{ ...ann, wish: 'left' }], NOON, false)],
      [
        'before confirming, by a file',
        () => lab().list.import([{ ...ann, wish: 'unconfirmed' }], NOON, false),
      ],
    ]
    const remove: [string, () => Promise<unknown>][] = [
      ['removed', async () => lab().list.remove((await lab().list.find({ limit: 1 }))[0]?.id ?? '')],
      ['removed with all', () => lab().list.removeAll()],
      ['erased', () => lab().list.erase('ann@example.com', NOON)],
    ]
    test.for(
      leave.flatMap(([how, leaves]) =>
        remove.map(([what, removes]) => [how, what, leaves, removes] as const),
      ),
    )(
      '%s and was %s is not imported again, and may come back by themselves',
      async ([, , leaves, removes]) => {
        await leaves()
        await removes()
        expect(await lab().list.count({})).toBe(0)
        expect(await lab().list.import([ann], NOON + HOUR, false)).toMatchObject({ added: 0, skipped: 1 })
        expect((await subscribe()).outcome).toBe('created')
        expect(await lab().suppressions.count()).toBe(0)
      },
    )

    const at: [string, (list: SubscriberStore) => Promise<unknown>][] = [
      ['removed', async (list) => list.remove((await list.find({ limit: 1 }))[0]?.id ?? '')],
      ['removed with all', (list) => list.removeAll()],
      ['erased', (list) => list.erase('ann@example.com', NOON)],
    ]
    const by: [string, (id: string) => Promise<unknown>][] = [
      ['the API', () => lab().list.unsubscribe('ann@example.com', NOON)],
      ['the link', (id) => lab().list.unsubscribeById(id, NOON)],
    ]
    test.for(
      at.flatMap(([what, removes]) => by.map(([how, leaves]) => [how, what, removes, leaves] as const)),
    )('by %s in the instant before they are %s is not imported again', async ([, , removes, leaves]) => {
      const id = await addAnn()
      await removes(lab().overtaken(() => leaves(id)))
      expect(await lab().list.count({})).toBe(0)
      expect(await lab().list.import([ann], NOON + HOUR, false)).toMatchObject({ added: 0, skipped: 1 })
      expect((await subscribe()).outcome).toBe('created')
      expect(await lab().list.find({ limit: 9, q: 'ann' })).toHaveLength(1)
    })

    test('and had bounced is kept out by the bounce, also by themselves', async () => {
      const id = await addAnn()
      await lab().list.unsubscribe('ann@example.com', NOON)
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'bounce' }))
      await lab().list.remove(id)
      expect((await subscribe()).outcome).toBe('suppressed')
    })

    test.for(['bounce', 'complaint', 'reject'] as const)(
      'and was kept out for a while since, by a %s, is remembered',
      async (reason) => {
        await addAnn()
        await lab().list.unsubscribe('ann@example.com', NOON)
        await lab().suppressions.put(makeSuppression('ann@example.com', { reason, until: NOON + HOUR }))
        lab().clock.now = NOON + 2 * HOUR
        const { list } = lab()
        await list.remove((await list.find({ limit: 1 }))[0]?.id ?? '')
        expect(await list.import([ann], NOON + 2 * HOUR, false)).toMatchObject({ added: 0, skipped: 1 })
      },
    )

    test('and waits to come back had taken the wish back', async () => {
      await lab().list.subscribe('ann@example.com', '', NOON, false)
      await lab().list.removeAll()
      expect(await lab().suppressions.count()).toBe(0)
    })
  })

  test('of an erased person nothing stays', async () => {
    await addAnn()
    await lab().list.erase('ANN@example.com', NOON)
    expect(await traces()).toBe('[[],[]]')
    expect((await subscribe()).outcome).toBe('created')
  })

  test('of one who is erased while an import gives them another name nothing stays', async () => {
    const { list, overtaken, sql } = lab()
    const email = 'ann@example.com'
    const erasing = overtaken(() => list.erase(email, NOON))
    const index = () => sql.read(sql.db.select().from(sql.tables.subscriberStarts))
    await list.subscribe(email, 'Ann', NOON)
    await erasing.import([{ email, name: 'Ann Lee' }], NOON, false)
    expect(await index()).toEqual([])
  })

  test('of an erased person who is suppressed only a hash stays, and refuses the address', async () => {
    await addAnn()
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
    await lab().list.erase('ann@example.com', NOON)
    expect(await traces()).not.toContain('ann')
    expect((await subscribe()).outcome).toBe('suppressed')
    expect(await lab().list.import([{ email: 'ANN@EXAMPLE.COM', name: '' }], NOON, false)).toMatchObject({
      added: 0,
      skipped: 1,
    })
    expect(await lab().suppressions.get('ann@example.com', NOON)).toMatchObject({ email: null })
    expect(await lab().suppressions.remove('ann@example.com')).toBe(true)
    expect((await subscribe()).outcome).toBe('created')
  })

  test('what comes to be known of an erased address later does not bring it back', async () => {
    await addAnn()
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'bounce' }))
    await lab().list.erase('ann@example.com', NOON)
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
    expect(await traces()).not.toContain('ann')
    expect((await lab().suppressions.get('ann@example.com', NOON))?.reason).toBe('complaint')
  })

  describe('of an erased person a suppression for a time', () => {
    const until = NOON + HOUR
    const unmailable = async () => {
      const [subscriber] = await lab().list.find({ limit: 1, email: 'ann@example.com' })
      const reasons = await lab().list.unmailable([subscriber?.id ?? ''], until + 1)
      return { shown: subscriber?.suppressed?.reason, reason: reasons.get(subscriber?.id ?? '') }
    }
    beforeEach(async () => {
      await addAnn()
      await lab().suppressions.put(makeSuppression('ann@example.com', { until }))
      await lab().list.erase('ann@example.com', NOON)
      lab().clock.now = until
    })

    test('refuses the address while it holds, and learns of later ones as a hash', async () => {
      expect((await subscribe()).outcome).toBe('suppressed')
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
      expect(await traces()).not.toContain('ann')
      expect((await lab().list.subscribe('ann@example.com', '', until)).outcome).toBe('suppressed')
    })

    test('is forgotten when they subscribe after it, and a later complaint holds', async () => {
      expect((await lab().list.subscribe('ann@example.com', '', until)).outcome).toBe('created')
      expect(await lab().suppressions.count()).toBe(0)
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint', since: until }))
      expect(await unmailable()).toEqual({ shown: 'complaint', reason: 'suppressed: complaint' })
    })

    test('is forgotten when they are imported after it, and a later complaint holds', async () => {
      const rows = [{ email: 'ann@example.com', name: '' }]
      expect(await lab().list.import(rows, NOON, false)).toMatchObject({ added: 0 })
      expect(await lab().suppressions.count()).toBe(1)
      expect(await lab().list.import(rows, until, false)).toMatchObject({ added: 1 })
      expect(await lab().suppressions.count()).toBe(0)
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint', since: until }))
      expect(await unmailable()).toEqual({ shown: 'complaint', reason: 'suppressed: complaint' })
    })

    test('is not forgotten by a trial import', async () => {
      await lab().list.import([{ email: 'ann@example.com', name: '' }], until, true)
      expect(await lab().suppressions.count()).toBe(1)
    })
  })

  test('a complaint about one who waits for confirmation after an erasure stops the confirmation', async () => {
    await lab().list.unsubscribeById(await addAnn(), NOON)
    await lab().list.erase('ann@example.com', NOON)
    const { subscriber } = await lab().list.subscribe('ann@example.com', '', NOON, false)
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
    expect(await lab().list.get(subscriber?.id ?? '')).toMatchObject({ suppressed: { reason: 'complaint' } })
    expect(await lab().list.confirm(subscriber?.id ?? '', NOON, NOON)).toBe('unknown')
  })

  test('an erased person who had left may come back, but is not imported', async () => {
    const id = await addAnn()
    await lab().list.unsubscribeById(id, NOON)
    await lab().list.erase('ann@example.com', NOON)
    expect(await lab().list.import([{ email: 'ann@example.com', name: '' }], NOON, false)).toMatchObject({
      skipped: 1,
    })
    expect((await subscribe()).outcome).toBe('created')
    expect(await lab().suppressions.count()).toBe(0)
  })

  test('of an erased person a suppression that is over does not stay', async () => {
    await addAnn()
    await lab().suppressions.put(makeSuppression('ann@example.com', { until: NOON + HOUR }))
    await lab().list.erase('ann@example.com', NOON + HOUR)
    expect(await lab().suppressions.count()).toBe(0)
  })

  test('several may erase one at the same time, also when the suppression is lifted meanwhile', async () => {
    await lab().suppressions.put(makeSuppression('ann@example.com'))
    const lifted = Promise.withResolvers<unknown>()
    let reading = 6
    const overtaking = () => {
      if ((reading -= 1) === 0) lifted.resolve(lab().suppressions.remove('ann@example.com'))
      return lifted.promise
    }
    const all = Array.from({ length: reading }, () => lab().overtaken(overtaking))
    await Promise.all(all.map((list) => list.erase('ann@example.com', NOON)))
    expect(await traces()).not.toContain('ann')
  })

  test('nobody else is erased', async () => {
    await addAnn()
    await lab().list.erase('nn@example.com', NOON)
    expect(await lab().list.count({})).toBe(1)
  })
}
