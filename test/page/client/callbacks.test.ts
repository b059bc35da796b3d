// What the callbacks of /client.js may do: close, seek and throw, at any time, and the client keeps its promises.
import { expect, onTestFinished, test, vi } from 'vitest'
import { connect, type ConnectionState, type Options } from '../../../public/client.js'
import {
  event,
  FakeSocket,
  hello,
  open,
  position,
  socket,
  soon,
  useClientLab,
} from '../../support/page/client-lab.ts'
import { until } from '../../support/eventually.ts'

useClientLab()

type Word = ConnectionState['state']
const STATES: Word[] = ['connecting', 'catching_up', 'live', 'waiting']

/** A connection through all its states: live, cut off, live again. */
async function throughAllStates(): Promise<void> {
  await soon()
  FakeSocket.all[0]?.open().say(hello, event(2), position(2)).end(1006)
  await vi.advanceTimersByTimeAsync(500)
  FakeSocket.all[1]?.open().say(hello, event(3), position(3))
}

/** What surfaces as an error that nobody caught; vitest's own listeners step aside meanwhile. */
function surfaced(): string[] {
  const messages: string[] = []
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error: Error) => messages.push(error.message))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
  })
  return messages
}

const bug = (): never => {
  throw new Error('a bug of the app')
}

test.each(STATES)(
  'closed while it tells that it is %s, it stays closed, and says nothing more',
  async (at) => {
    const words: string[] = []
    const connection = connect({
      url: 'https://hub.example.com',
      WebSocket: FakeSocket,
      onPosition: () => words.push('position'),
      onState: ({ state }) => {
        words.push(state)
        if (state === at) connection.close()
      },
    })
    await throughAllStates()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(words.filter((word) => word !== 'position')).toEqual([
      ...STATES.slice(0, STATES.indexOf(at) + 1),
      'closed',
    ])
    expect(words.indexOf('position')).toBe(at === 'waiting' ? 3 : -1)
    expect([connection.state, FakeSocket.all.length]).toEqual(['closed', at === 'connecting' ? 0 : 1])
  },
)

test('closed at once, or while it tells that it connects, it asks for no ticket', async () => {
  const ticket = vi.fn(() => 'ticket')
  const first = connect({ url: 'http://hub', WebSocket: FakeSocket, ticket })
  first.close()
  const second = connect({ url: 'http://hub', WebSocket: FakeSocket, ticket, onState: () => second.close() })
  await vi.advanceTimersByTimeAsync(120_000)
  expect([ticket.mock.calls, FakeSocket.all, first.state, second.state]).toEqual([[], [], 'closed', 'closed'])
})

test.each(STATES)('an onState that throws at %s surfaces, and events come on, each once', async (at) => {
  const errors = surfaced()
  const { events } = await open({ onState: ({ state }) => void (state === at && bug()) })
  await throughAllStates()
  expect(socket(1).url.searchParams.get('after')).toBe('5-2')
  expect(events).toEqual(['5-2', '5-3'])
  vi.useRealTimers()
  const times = at === 'waiting' ? 1 : 2
  await until(() => expect(errors).toEqual(Array(times).fill('a bug of the app')))
})

test('every other callback may throw, too: each surfaces once, and the cursor has moved', async () => {
  const errors = surfaced()
  const names = ['onEvent', 'onPosition', 'onGap', 'onCampaign', 'onError'] as const
  const callbacks = Object.fromEntries(names.map((name) => [name, () => bug()]))
  const { connection, words } = await open(callbacks as Partial<Options>)
  socket(0).open().say(hello, event(2), { type: 'gap', from: '5-2', to: '5-4', reason: 'expired' })
  socket(0).say({ type: 'campaign', campaign: {} }, { type: 'error', code: 'x', message: 'y' }, position(7))
  expect([connection.cursor, words().at(-1)]).toEqual(['5-7', 'live'])
  vi.useRealTimers()
  await until(() => expect(errors).toHaveLength(names.length))
})

test('a seek in onState goes there; the position of before is not told any more', async () => {
  const positions: string[] = []
  const connection = connect({
    url: 'https://hub.example.com',
    WebSocket: FakeSocket,
    onPosition: ({ cursor }) => positions.push(cursor),
    onState: ({ state }) => void (state === 'live' && FakeSocket.all.length === 1 && connection.seek('5-1')),
  })
  await soon()
  socket(0).open().say(hello, position(9))
  await soon()
  expect([socket(1).url.searchParams.get('after'), positions]).toEqual(['5-1', []])
  socket(1).open().say(hello, position(9))
  expect(positions).toEqual(['5-9'])
})

test('retried in onState, it does not come back a second time after the delay', async () => {
  const slow = Promise.withResolvers<string>()
  const ticket = vi.fn(() => (FakeSocket.all.length > 0 ? slow.promise : 'ticket'))
  const { connection } = await open({
    ticket,
    onState: ({ state }) => void (state === 'waiting' && connection.retryNow()),
  })
  socket(0).end(1006)
  await vi.advanceTimersByTimeAsync(10_000)
  slow.resolve('slow')
  await soon()
  expect([ticket.mock.calls.length, FakeSocket.all.length]).toEqual([2, 2])
})
