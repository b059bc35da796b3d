// What double opt-in promises: who waits, who confirms, and how often a mail asks for it.
import { expect, test } from 'vitest'
import { makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { DAY, HOUR, NOON } from '../../support/times.ts'

export function promisesOfConfirming(lab: () => ListLab): void {
  const add = (email = 'Ann@Example.com', name = 'Ann', now = NOON, confirmed = true) =>
    lab().list.subscribe(email, name, now, confirmed)
  async function idOf(email = 'ann@example.com'): Promise<string> {
    const [subscriber] = await lab().list.find({ limit: 1, email })
    return subscriber?.id ?? ''
  }
  const isSubscribed = async () => (await lab().list.get(await idOf()))?.subscribed
  const wait = () => add('ann@example.com', 'Ann', NOON, false)

  test('the row waits, and nothing is lifted, until it is confirmed', async () => {
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'unsubscribe' }))
    expect(await wait()).toMatchObject({
      outcome: 'created',
      subscriber: { subscribed: false, suppressed: { reason: 'unsubscribe' } },
    })
    expect((await wait()).outcome).toBe('returned')
    expect(await lab().list.confirm(await idOf(), NOON, NOON + HOUR)).toBe('done')
    expect(await lab().list.get(await idOf())).toMatchObject({
      subscribed: true,
      suppressed: null,
      updatedAt: NOON + HOUR,
    })
    expect(await lab().list.confirm(await idOf(), NOON, NOON + DAY)).toBe('already')
    expect((await wait()).outcome).toBe('exists')
  })

  test('a confirmation for nobody, or for one who has left since, confirms nobody', async () => {
    expect(await lab().list.confirm('01a20144-af1d-722a-9d98-6a215e4325f9', NOON, NOON)).toBe('unknown')
    await wait()
    expect(await lab().list.unsubscribe('ann@example.com', NOON)).toBe('done')
    expect(await lab().list.confirm(await idOf(), NOON, NOON)).toBe('unknown')
    expect(await isSubscribed()).toBe(false)
  })

  test('a confirmation of one who has bounced or complained since confirms nobody', async () => {
    await wait()
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
    expect(await lab().list.confirm(await idOf(), NOON, NOON)).toBe('unknown')
    expect(await isSubscribed()).toBe(false)
  })

  test('one who had left waits again', async () => {
    await add()
    await lab().list.unsubscribe('ann@example.com', NOON)
    expect(await wait()).toMatchObject({ outcome: 'returned', subscriber: { subscribed: false } })
    expect(await lab().list.confirm(await idOf(), NOON, NOON)).toBe('done')
  })

  test('a mail may be claimed by one caller an hour', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    const claim = (now: number) => lab().list.claimConfirmation(id, now, HOUR)
    const claims = await Promise.all([claim(NOON), claim(NOON), claim(NOON)])
    expect(claims.filter((asked) => asked === NOON)).toHaveLength(1)
    expect(claims.filter((asked) => asked === undefined)).toHaveLength(2)
    expect(await claim(NOON + HOUR - 1)).toBeUndefined()
    expect(await claim(NOON + HOUR)).toBe(NOON)
  })

  test('an hour is an hour for one who waits, also when they leave by an old link or an event', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    expect(await lab().list.claimConfirmation(id, NOON, HOUR)).toBe(NOON)
    await lab().list.unsubscribeById(id, NOON)
    await wait()
    expect(await lab().list.claimConfirmation(id, NOON + 1, HOUR)).toBeUndefined()
    await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'unsubscribe' }))
    await wait()
    expect(await lab().list.claimConfirmation(id, NOON + 1, HOUR)).toBeUndefined()
    expect(await lab().list.claimConfirmation(id, NOON + HOUR, HOUR)).toBe(NOON)
  })

  test('a mail may be claimed at once by one who was taken off the list and asks again', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    await lab().list.claimConfirmation(id, NOON, HOUR)
    await lab().list.unsubscribe('ann@example.com', NOON + 1)
    await add('ann@example.com', 'Ann', NOON + 2, false)
    expect(await lab().list.claimConfirmation(id, NOON + 3, HOUR)).toBe(NOON + 2)
  })

  test('a mail may be claimed at once by one who had confirmed, left and asks again', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    await lab().list.claimConfirmation(id, NOON, HOUR)
    await lab().list.confirm(id, NOON, NOON + 1)
    await lab().list.unsubscribeById(id, NOON + 2)
    await add('ann@example.com', 'Ann', NOON + 3, false)
    expect(await lab().list.claimConfirmation(id, NOON + 4, HOUR)).toBe(NOON + 3)
  })

  test('a confirmation of what was asked before does not confirm what is asked now', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    await lab().list.unsubscribe('ann@example.com', NOON + 1)
    await add('ann@example.com', 'Ann', NOON + 2, false)
    expect(await lab().list.confirm(id, NOON, NOON + 3)).toBe('unknown')
    expect(await lab().list.confirm(id, 0, NOON + 3)).toBe('unknown')
    expect(await lab().list.confirm(id, NOON + 2, NOON + 3)).toBe('done')
  })

  test('one who asks again while waiting has waited since the first time', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    await add('ann@example.com', 'Ann', NOON + DAY, false)
    expect(await lab().list.claimConfirmation(id, NOON + DAY, HOUR)).toBe(NOON)
    expect(await lab().list.confirm(id, NOON, NOON + DAY)).toBe('done')
  })

  test('a mail that could not be sent may be claimed again at once', async () => {
    const id = (await wait()).subscriber?.id ?? ''
    await lab().list.claimConfirmation(id, NOON, HOUR)
    await lab().list.releaseConfirmation(id)
    expect(await lab().list.claimConfirmation(id, NOON + 1, HOUR)).toBe(NOON)
  })

  test('no mail is to be had for one who does not wait', async () => {
    const id = (await add()).subscriber?.id ?? ''
    expect(await lab().list.claimConfirmation(id, NOON, HOUR)).toBeUndefined()
  })
}
