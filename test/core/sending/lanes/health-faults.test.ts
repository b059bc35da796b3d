// How long a lane waits for a fault to be mended, and where that ends.
import { expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { createHealth } from '../../../../src/core/sending/lanes/health.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { DAY, MINUTE, NOON, SECOND } from '../../../support/times.ts'

function lab({ isMixed = false } = {}) {
  const clock = { now: NOON }
  const now = () => clock.now
  const lanes = createEmbeddedLaneControl(
    [{ name: 'default', domains: [], connections: 4, perSecond: 100 }],
    now,
  )
  const health = createHealth({ lane: 'default', isMixed, lanes, now, log: silentLog })
  let subscribers = 0
  const to = (email: string) => ({ subscriberId: `subscriber ${(subscribers += 1)}`, email })
  const refusal = { kind: 'failed', response: '554 5.7.1 not from you', unknownRecipient: false } as const
  return {
    clock,
    refuse: async (email = 'ann@example.com') => (await health.note(refusal, to(email), now())).judgement,
    take: (email = 'bob@example.net') => health.note({ kind: 'sent', response: '250 ok' }, to(email), now()),
    login: () => health.note({ kind: 'sender_fault', response: '535 no' }, to('ann@example.com'), now()),
    lose: () => health.note({ kind: 'unreachable', response: 'ECONNRESET' }, to('ann@example.com'), now()),
    resume: () => lanes.resume('default'),
    /** How many minutes, or other units, the lane is paused now; then that is over. */
    async pauseOver(unit = MINUTE) {
      const isPaused = async () => (await lanes.states())[0]?.state === 'paused'
      const from = clock.now
      while (clock.now < from + 60 * DAY && (await isPaused())) clock.now += unit
      return (clock.now - from) / unit
    },
  }
}

test('a fault that lasts is tried after 1, 5, 15 and 60 minutes, 6 hours, a day; then it waits for somebody', async () => {
  const { login, pauseOver } = lab()
  const pauses = []
  for (let n = 0; n < 7; n++) {
    await login()
    pauses.push(await pauseOver())
  }
  expect(pauses).toEqual([1, 5, 15, 60, 360, 1440, 60 * 24 * 60])
})

test('a mail now and then does not begin it anew, half an hour that goes well does', async () => {
  const { clock, login, take, pauseOver } = lab()
  await login()
  expect(await pauseOver()).toBe(1)
  await take()
  await login()
  expect(await pauseOver()).toBe(5)
  clock.now += 30 * MINUTE
  await take()
  await login()
  expect(await pauseOver()).toBe(1)
})

test('one domain that refuses us, with nobody to compare it with, is let go after four pauses', async () => {
  const { refuse, pauseOver } = lab({ isMixed: true })
  const pauses = []
  for (let n = 0; n < 4; n++) {
    while ((await refuse()) === 'open');
    pauses.push(await pauseOver())
  }
  expect(pauses).toEqual([1, 5, 15, 60])
  let last = await refuse()
  while (last === 'open') last = await refuse()
  expect([last, await pauseOver()]).toEqual(['theirs', 0])
})

test('an outage that lasts is tried less and less often, the next one begins anew', async () => {
  const { lose, take, pauseOver } = lab()
  const pauses = []
  await lose()
  await lose()
  for (let n = 0; n < 7; n++) {
    await lose()
    pauses.push(await pauseOver(SECOND))
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30])
  await take()
  for (let n = 0; n < 3; n++) await lose()
  expect(await pauseOver(SECOND)).toBe(1)
})

test('a fault after somebody has resumed the lane is a new one, of mails that were under way it is none', async () => {
  const { clock, login, take, resume, pauseOver } = lab()
  await login()
  await pauseOver()
  await login()
  await resume()
  clock.now += 9 * SECOND
  await take()
  await login()
  expect(await pauseOver()).toBe(5)
  await login()
  await resume()
  clock.now += 11 * SECOND
  await take()
  await login()
  expect(await pauseOver()).toBe(60)
})
