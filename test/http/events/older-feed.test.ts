// A hub whose feed.sqlite is an older copy, beside a database that knows more: nothing that comes then is taken for known.
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'
import { HOUR } from '../../support/times.ts'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'hub-older-'))))
afterEach(async () => {
  vi.useRealTimers()
  await rm(dir, { recursive: true })
})

const ids = (label: string, size: number) => Array.from({ length: size }, (_, n) => `${label}${n}`)
const post = async (hub: TestHub, label: string, size: number) =>
  expect((await hub.post(ids(label, size).map((_id) => ({ event: 'send', _id })))).status).toBe(200)
const archived = async (hub: TestHub) =>
  (await hub.get('/api/events?limit=100')).body.events.map(({ data }) => data._id).reverse()

async function resume(hub: TestHub, cursor: string) {
  const socket = await openSocket(hub.address, `after=${cursor}`, { headers: { authorization: TOKEN } })
  await socket.until((frames) => frames.some(({ live }) => live))
  socket.ws.terminate()
  return socket
}

test.for([
  [5, HOUR],
  [1, -HOUR],
  [5, -HOUR],
  [8, -HOUR],
] as const)('%i events after the loss of five, the clock set by %i ms', async ([count, later]) => {
  const file = join(dir, 'feed.sqlite')
  const first = await startHub({}, dir)
  await post(first, 'kept', 10)
  await first.close()
  await cp(file, join(dir, 'copy'))
  const second = await startHub({}, dir)
  await post(second, 'lost', 5)
  await archived(second)
  const { cursor: known } = await (await resume(second, '0')).first('position')
  await second.close()
  await cp(join(dir, 'copy'), file)
  vi.setSystemTime(Date.now() + later)
  const third = await startHub({}, dir)
  await post(third, 'new', count)
  expect(await archived(third)).toEqual([...ids('kept', 10), ...ids('lost', 5), ...ids('new', count)])
  const socket = await resume(third, known)
  expect(socket.ids().slice(-count)).toEqual(ids('new', count))
  expect(await socket.first('gap')).toMatchObject({ from: known, reason: 'reset' })
  await third.close()
})
