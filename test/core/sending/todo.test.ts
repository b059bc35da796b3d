// The mails of a chunk that are left: in which order they go, and when their subscribers are looked at.
import { expect, test } from 'vitest'
import type { Delivery, Outcome } from '../../../src/core/campaigns/ports.ts'
import { createTodo } from '../../../src/core/sending/todo.ts'
import { aDelivery } from '../../support/sending/deliveries.ts'
import { NOON } from '../../support/times.ts'

const delivery = (n: number, email = `ann${n}@example.com`) => aDelivery({ n, email, attempts: 2 })
const many = (count: number) => Array.from({ length: count }, (_, n) => delivery(n))

function lab(deliveries: readonly Delivery[]) {
  const clock = { now: NOON }
  const looks: number[] = []
  const left = new Map<string, 'unsubscribed'>()
  const heard = new Map<string, never[]>()
  const done: Outcome[] = []
  const todo = createTodo(deliveries, {
    async unmailable(ids) {
      looks.push(ids.length)
      return left
    },
    reactionsTo: async () => heard,
    now: () => clock.now,
    onDone: (outcome) => void done.push(outcome),
  })
  const take = async (count: number) => {
    const taken: number[] = []
    for (let n = 0; n < count; n++) taken.push((await todo.next())?.n ?? -1)
    return taken
  }
  return { todo, take, clock, looks, left, heard, done }
}

test('domains take turns', async () => {
  const emails = ['a@x.example', 'b@x.example', 'c@x.example', 'd@y.example', 'e@z.example', 'f@y.example']
  const { take } = lab(emails.map((email, n) => delivery(n, email)))
  expect(await take(7)).toEqual([0, 3, 4, 1, 5, 2, -1])
})

test('who has left is skipped; a mail that events came back of was sent, and was one try more', async () => {
  const { take, left, heard, done } = lab(many(3))
  left.set('s0', 'unsubscribed').set('s1', 'unsubscribed')
  heard.set('3-1', [])
  expect(await take(2)).toEqual([2, -1])
  expect(done.toSorted((a, b) => a.n - b.n)).toMatchObject([
    { status: 'skipped', attempts: 2, reason: 'unsubscribed', at: NOON },
    { status: 'sent', attempts: 3, at: NOON },
  ])
})

test('each look is as far ahead as twice the mails that went since the last one: from 10 to 500', async () => {
  const { take, clock, looks } = lab(many(2_000))
  await take(10)
  await take(1)
  await take(9)
  expect(looks).toEqual([10, 20])
  clock.now += 700
  await take(100)
  expect(looks).toEqual([10, 20, 20, 40, 80])
  await take(1_000)
  expect(looks.slice(5)).toEqual([160, 320, 500])
})

test('senders that come at the same time look once', async () => {
  const { todo, looks } = lab(many(5))
  const taken = await Promise.all([todo.next(), todo.next(), todo.next()])
  expect(taken.map((each) => each?.n)).toEqual([0, 1, 2])
  expect(looks).toEqual([5])
})

test('a claim that took long is looked at again, a quick one is not', async () => {
  const { todo, clock, left, looks } = lab(many(1))
  const mail = await todo.next()
  if (!mail) throw new Error('there is no mail')
  left.set('s0', 'unsubscribed')
  clock.now += 999
  expect(await todo.lookAgain(mail)).toBeUndefined()
  clock.now += 1
  expect(await todo.lookAgain(mail)).toMatchObject({ n: 0, status: 'skipped' })
  expect(looks).toEqual([1, 1])
})

test('a mail that is put back goes behind five others, and is looked at again', async () => {
  const { todo, take, heard, done } = lab(many(8))
  const mail = await todo.next()
  if (!mail) throw new Error('there is no mail')
  todo.putBack(mail)
  expect(todo.count()).toBe(8)
  expect(await take(5)).toEqual([1, 2, 3, 4, 5])
  heard.set(mail.id, [])
  expect(await take(3)).toEqual([6, 7, -1])
  expect(done).toMatchObject([{ n: 0, status: 'sent' }])
})
