// What subscribing and unsubscribing promise.
import { describe, expect, test } from 'vitest'
import { makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { DAY, HOUR, NOON } from '../../support/times.ts'

export function promisesOfMembership(lab: () => ListLab): void {
  const add = (email = 'Ann@Example.com', name = 'Ann', now = NOON, confirmed = true) =>
    lab().list.subscribe(email, name, now, confirmed)
  async function idOf(email = 'ann@example.com'): Promise<string> {
    const [subscriber] = await lab().list.find({ limit: 1, email })
    return subscriber?.id ?? ''
  }
  const isSubscribed = async () => (await lab().list.get(await idOf()))?.subscribed

  describe('subscribe', () => {
    test('adds a subscriber, the address as it was typed', async () => {
      const { outcome, subscriber } = await add('Ann@Example.com', 'Ann 안녕 😀')
      expect(outcome).toBe('created')
      expect(subscriber).toEqual({
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        email: 'Ann@Example.com',
        name: 'Ann 안녕 😀',
        subscribed: true,
        suppressed: null,
        createdAt: NOON,
        updatedAt: NOON,
      })
      expect(await lab().list.get(subscriber?.id ?? '')).toEqual(subscriber)
    })

    test('knows an address again whatever its case, and in either spelling of its domain', async () => {
      await add('Ann@MÜNCHEN.de')
      expect((await add('ANN@xn--mnchen-3ya.de')).outcome).toBe('exists')
      expect((await add('ann@münchen.de.example')).outcome).toBe('created')
    })

    test('does not take two addresses for one that a database might: accents, spaces, ß', async () => {
      const emails = ['rene@example.com', 'rené@example.com', 'strasse@example.com', 'straße@example.com']
      for (const email of emails) expect((await add(email)).outcome).toBe('created')
    })

    test('says when one is subscribed already, and changes nothing', async () => {
      const { subscriber } = await add()
      const again = await add('ANN@example.com', 'Other', NOON + DAY)
      expect(again).toEqual({ outcome: 'exists', subscriber })
    })

    test('of many at once adds one', async () => {
      const other = await lab().another()
      const tries = Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? other : lab().list).subscribe('ann@example.com', 'Ann', NOON),
      )
      const outcomes = (await Promise.all(tries)).map(({ outcome }) => outcome)
      expect(outcomes.sort()).toEqual(['created', ...Array.from({ length: 9 }, () => 'exists')])
    })

    test('brings back one who had left, with the new name', async () => {
      const { subscriber } = await add()
      await lab().list.unsubscribe('ann@example.com', NOON + HOUR)
      expect(await add('ann@example.com', 'Anna', NOON + DAY)).toEqual({
        outcome: 'returned',
        subscriber: { ...subscriber, email: 'ann@example.com', name: 'Anna', updatedAt: NOON + DAY },
      })
    })

    test('brings back one with the name of before when none is given', async () => {
      await add()
      await lab().list.unsubscribe('ann@example.com', NOON)
      expect((await add('ann@example.com', '')).subscriber).toMatchObject({ name: 'Ann', subscribed: true })
    })

    test.each(['bounce', 'complaint', 'reject', 'manual'] as const)(
      'refuses a suppressed address: %s',
      async (reason) => {
        await lab().suppressions.put(makeSuppression('ANN@example.com', { reason }))
        expect(await add()).toEqual({ outcome: 'suppressed', subscriber: null })
        expect(await lab().list.count({})).toBe(0)
      },
    )

    test('refuses one who had left and bounced', async () => {
      await add()
      await lab().list.unsubscribe('ann@example.com', NOON)
      await lab().suppressions.put(makeSuppression('ann@example.com'))
      expect(await add()).toMatchObject({ outcome: 'suppressed', subscriber: { subscribed: false } })
      expect(await isSubscribed()).toBe(false)
    })

    test('takes an address whose suppression is over', async () => {
      await lab().suppressions.put(makeSuppression('ann@example.com', { until: NOON + HOUR }))
      expect((await add('ann@example.com', '', NOON + HOUR - 1)).outcome).toBe('suppressed')
      lab().clock.now = NOON + HOUR
      expect(await add('ann@example.com', '', NOON + HOUR)).toMatchObject({
        outcome: 'created',
        subscriber: { suppressed: null },
      })
    })

    test("lifts the subscriber's own wish not to get mail", async () => {
      await lab().list.unsubscribeById((await add()).subscriber?.id ?? '', NOON)
      expect(await add()).toMatchObject({
        outcome: 'returned',
        subscriber: { subscribed: true, suppressed: null },
      })
      expect(await lab().suppressions.get('ann@example.com', NOON)).toBeUndefined()
    })
  })

  test.each([0, 1, 2])(
    'nobody is on the list against their own wish, after a process that died with %i writes',
    async (writes) => {
      const id = (await add()).subscriber?.id ?? ''
      await lab().list.unsubscribeById(id, NOON)
      await lab().list.remove(id)
      await lab()
        .dying(writes)
        .subscribe('ann@example.com', 'Ann', NOON + HOUR)
        .catch(() => undefined)
      const wish = await lab().suppressions.get('ann@example.com', NOON + HOUR)
      expect((await isSubscribed()) === true && wish !== undefined).toBe(false)
    },
  )

  describe('unsubscribe', () => {
    test('leaves the row, and tells the second time that they had left', async () => {
      await add()
      expect(await lab().list.unsubscribe('ANN@example.com', NOON + HOUR)).toBe('done')
      const row = await lab().list.get(await idOf())
      expect(row).toMatchObject({ subscribed: false, suppressed: null, updatedAt: NOON + HOUR })
      expect(await lab().list.unsubscribe('ann@example.com', NOON + DAY)).toBe('left')
      expect(await lab().list.get(await idOf())).toEqual(row)
    })

    test('says when nobody has this address', async () => {
      expect(await lab().list.unsubscribe('ann@example.com', NOON)).toBe('unknown')
    })

    test('by id remembers the wish, also when the row is gone', async () => {
      const id = (await add()).subscriber?.id ?? ''
      expect(await lab().list.unsubscribeById(id, NOON)).toBe('done')
      expect(await lab().list.unsubscribeById(id, NOON + HOUR)).toBe('left')
      const held = { reason: 'unsubscribe', source: 'link', since: NOON, until: null }
      expect((await lab().list.get(id))?.suppressed).toMatchObject(held)
      await lab().list.removeAll()
      expect(await lab().suppressions.get('ann@example.com', NOON)).toMatchObject(held)
      expect(await lab().list.unsubscribeById(id, NOON)).toBe('unknown')
    })

    test('by id does not weaken a complaint', async () => {
      const id = (await add()).subscriber?.id ?? ''
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
      expect(await lab().list.unsubscribeById(id, NOON)).toBe('done')
      expect((await lab().list.get(id))?.suppressed?.reason).toBe('complaint')
    })
  })
}
