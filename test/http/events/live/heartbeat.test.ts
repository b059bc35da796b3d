// Every 30 s each socket is pinged and learns its position, and a peer that did not answer the last time is let go.
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ClientOptions } from 'ws'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { openSocket, type TestSocket } from '../../../support/socket.ts'

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

async function open(options: ClientOptions = {}): Promise<TestSocket> {
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

/** A browser that signs in: what it sends with each request from then on. */
async function signIn() {
  const [url, origin] = [`http://${hub.address}/api/session`, `http://${hub.address}`]
  const headers = { origin, 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ token: TOKEN }) })
  const signed = { origin, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
  return { headers: signed, signOut: () => fetch(url, { method: 'DELETE', headers: signed }) }
}

test('the sockets of a session that was signed out are closed at the next heartbeat; all others stay', async () => {
  const [one, other] = [await signIn(), await signIn()]
  const theirs = [await open({ headers: one.headers }), await open({ headers: one.headers })]
  const [stays, byToken] = [await open({ headers: other.headers }), await open()]
  await beat(stays)
  expect(theirs.map(({ ws }) => ws.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN])
  expect((await one.signOut()).status).toBe(204)
  await beat(stays)
  for (const { closed } of theirs) expect(await closed).toEqual({ code: 4401, reason: 'signed out' })
  await beat(stays)
  expect([stays, byToken].map(({ ws }) => ws.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN])
  for (const { ws } of [stays, byToken]) ws.terminate()
})

test('while nobody can say whether a session has ended, its sockets stay', async () => {
  const { headers, signOut } = await signIn()
  const [socket, byToken] = [await open({ headers }), await open()]
  await signOut()
  const isUsed = vi.spyOn(hub.wired.oneTime, 'isUsed').mockRejectedValueOnce(new Error('Redis is away'))
  await beat(byToken)
  expect(isUsed).toHaveBeenCalledOnce()
  expect(socket.ws.readyState).toBe(WebSocket.OPEN)
  await beat(byToken)
  expect(await socket.closed).toMatchObject({ code: 4401 })
  byToken.ws.terminate()
})

test('a ticket that a session asked for, and the socket that it opened, end with the session', async () => {
  const [{ headers, signOut }, byToken] = [await signIn(), await open()]
  const [used, unused, later] = [await ticketOf(headers), await ticketOf(headers), await ticketOf()]
  const socket = await openSocket(hub.address, `?ticket=${used}`)
  await socket.first('position')
  expect((await signOut()).status).toBe(204)
  expect(await (await openSocket(hub.address, `?ticket=${unused}`)).closed).toMatchObject({ code: 4401 })
  await beat(byToken)
  expect(await socket.closed).toEqual({ code: 4401, reason: 'signed out' })
  const another = await openSocket(hub.address, `?ticket=${later}`)
  await another.first('position')
  for (const { ws } of [another, byToken]) ws.terminate()
})

async function ticketOf(headers: Record<string, string> = { authorization: TOKEN }): Promise<string> {
  const answer = await fetch(`http://${hub.address}/api/tickets`, { method: 'POST', headers })
  return ((await answer.json()) as { ticket: string }).ticket
}
