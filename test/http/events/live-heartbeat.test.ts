// Every 30 s each socket is pinged and learns its position, and a peer that did not answer the last time is let go.
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket, type TestSocket } from '../../support/socket.ts'

const HEARTBEAT_MS = 30_000

let hub: TestHub
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  hub = await startHub()
})
afterEach(async () => {
  await hub.close()
  vi.useRealTimers()
})

const positions = ({ frames }: TestSocket) => frames.filter(({ type }) => type === 'position').length

async function open(options: { autoPong?: boolean } = {}): Promise<TestSocket> {
  const socket = await openSocket(hub.address, '', { headers: { authorization: TOKEN }, ...options })
  await socket.first('position')
  return socket
}

/** The next heartbeat, until this socket has it and the hub has the answer: what it sends afterwards is answered. */
async function beat(socket: TestSocket): Promise<void> {
  const [pinged, before] = [once(socket.ws, 'ping'), positions(socket)]
  vi.advanceTimersByTime(HEARTBEAT_MS)
  await pinged
  await socket.until(() => positions(socket) === before + 1)
  socket.send({ type: 'filter' })
  await socket.until(() => positions(socket) === before + 2)
}

test('a silent peer is let go at the second heartbeat; one that answers stays', async () => {
  const [silent, lively] = [await open({ autoPong: false }), await open()]
  await beat(lively)
  expect(silent.ws.readyState).toBe(silent.ws.OPEN)
  await beat(lively)
  expect(await silent.closed).toMatchObject({ code: 1006 })
  await beat(lively)
  expect(lively.ws.readyState).toBe(lively.ws.OPEN)
  lively.ws.terminate()
})
