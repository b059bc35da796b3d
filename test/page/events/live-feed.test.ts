// The list's engine with a hub of the test's own: archive first, then the socket; nothing missing, nothing twice.
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../../public/page/ground/api.js'
import { createAsking } from '../../../public/page/ground/asking.js'
import type { Options } from '../../../public/client.js'
import { createLiveFeed } from '../../../public/page/events/feed/live-feed.js'
import { ALL } from '../../../public/page/events/filter/filter.js'
import type { Filter, StoredEvent } from '../../../public/page/types.d.ts'
import { until } from '../../support/eventually.ts'

const facts = (seq: number) => ({
  provider: 'mandrill',
  at: null,
  recipient: null,
  message_id: `m${seq}`,
  subject: null,
})
const stored = (seq: number, kind = 'sent'): StoredEvent => ({
  ...facts(seq),
  cursor: `3-${seq}`,
  kind,
  received_at: '2030-01-01T00:00:00Z',
})

/** A hub as the feed sees it: an archive to read, and a socket whose words the test says. */
function lab(archive: StoredEvent[]) {
  const asked: object[] = []
  const connections: Options[] = []
  const filters: object[] = []
  const seeks: string[] = []
  let state = 'connecting'
  let cursor: string | undefined
  let isOut: number | undefined
  let held: Promise<StoredEvent[]> | undefined
  const api = {
    now: () => Date.parse('2030-01-01T00:01:00Z'),
    async events({ events: kinds = '', limit, before, after }: Record<string, unknown>) {
      asked.push({ kinds, limit })
      if (isOut) throw new ApiError(isOut, 'archive.unavailable', 'no database')
      const there = (await held) ?? archive
      const matching = there.filter(({ kind }) => kinds === '' || String(kinds).split(',').includes(kind))
      const seq = (text: unknown) => Number(String(text).split('-')[1] ?? 0)
      const wanted = after
        ? matching.filter((event) => seq(event.cursor) > seq(after))
        : matching.filter((event) => !before || seq(event.cursor) < seq(before)).toReversed()
      const events = wanted.slice(0, Number(limit))
      return { events, next: wanted.length > events.length ? (events.at(-1)?.cursor ?? null) : null }
    },
  }
  const connect = (options: Options) => {
    connections.push(options)
    cursor = options.after
    return {
      get cursor() {
        return cursor
      },
      get state() {
        return state as 'live'
      },
      filter: (filter: object) => void filters.push(filter),
      seek: (after: string) => void seeks.push(after),
      retryNow: () => {},
      close: () => {},
    }
  }
  const feed = createLiveFeed({
    api,
    asking: createAsking({ clock: api.now }),
    connect,
    schedule: (task) => task(),
  })
  const socket = {
    at: (seq: number) => void (cursor = `3-${seq}`),
    say(...seqs: number[]) {
      for (const seq of seqs) {
        cursor = `3-${seq}`
        connections.at(-1)?.onEvent?.({ ...facts(seq), cursor, kind: 'sent', data: {} })
      }
    },
    state(next: 'catching_up' | 'live' | 'waiting') {
      state = next
      const more = { attempt: 1, retryInMs: 10, cursor: cursor ?? '0' }
      connections
        .at(-1)
        ?.onState?.({ state: next, ...more } as Parameters<NonNullable<Options['onState']>>[0])
    },
    gap: (to: string) => connections.at(-1)?.onGap?.({ from: '3-1', to, reason: 'expired' }),
    position: (live = true, at = cursor ?? '0') => connections.at(-1)?.onPosition?.({ cursor: at, live }),
  }
  const shown = () =>
    Array.from({ length: feed.list.pages.size }, (_, place) =>
      Number(feed.list.pages.at(place)?.cursor.split('-')[1]),
    )
  const outage = (on: boolean, status = 503) => void (isOut = on ? status : undefined)
  /** Until the test says so nothing is answered; then what was there by the time of the question. */
  const hang = (then: StoredEvent[]) => {
    const { promise, resolve } = Promise.withResolvers<StoredEvent[]>()
    held = promise
    return () => {
      held = undefined
      resolve(then)
    }
  }
  return { feed, asked, connections, filters, seeks, socket, shown, outage, hang }
}

const kinds = (...names: string[]): Filter => ({ ...ALL, kinds: names })
type Listed = { list: { store: { get(): { phase: string } } } }
const phase = (feed: Listed) => feed.list.store.get().phase
const settled = (feed: Listed) => until(() => expect(phase(feed)).toBe('here'))

afterEach(() => void vi.useRealTimers())

test('the newest page first, then what lies after it', async () => {
  const { feed, connections, socket, shown } = lab([1, 2, 3].map((seq) => stored(seq)))
  await feed.open(ALL)
  expect(connections[0]?.after).toBe('3-3')
  socket.say(3, 4)
  await until(() => expect(shown()).toEqual([4, 3, 2, 1]))
})

test('without its archive the list begins where the socket does; what came before goes below once it can be read', async () => {
  const archive = [1, 2, 3, 4, 5].map((seq) => stored(seq))
  const { feed, connections, seeks, socket, shown, outage } = lab(archive)
  outage(true)
  void feed.open(ALL)
  await until(() => expect([connections.length, connections[0]?.after]).toEqual([1, undefined]))
  socket.at(5)
  socket.state('catching_up')
  socket.state('live')
  socket.say(6, 7)
  await until(() => expect([phase(feed), shown()]).toEqual(['here', [7, 6]]))
  expect(feed.list.store.get()).toMatchObject({ begun: true, trouble: 'no database', problem: 'no database' })
  archive.push(stored(6))
  outage(false)
  feed.list.retry()
  await until(() => expect(shown()).toEqual([7, 6, 5, 4, 3, 2, 1]))
  socket.say(8)
  await until(() => expect(shown()).toEqual([8, 7, 6, 5, 4, 3, 2, 1]))
  expect(feed.list.store.get()).toMatchObject({ begun: false, trouble: '', problem: '' })
  expect(seeks).toEqual([])
})

test.each([
  ['reaches as far as the socket began', 5, 1],
  ['was read too early, and is read again', 3, 2],
])('the page that was asked for before the list began %s', async (_, head, reads) => {
  const archive = [1, 2, 3, 4, 5, 6].map((seq) => stored(seq))
  const { feed, asked, connections, socket, shown, hang } = lab(archive)
  const answer = hang(archive.slice(0, head))
  void feed.open(ALL)
  await until(() => expect(connections.length).toBe(1))
  socket.at(5)
  socket.state('catching_up')
  socket.say(6)
  await until(() => expect(shown()).toEqual([6]))
  const pages = () => asked.filter((ask) => 'limit' in ask && ask.limit !== 1)
  await feed.list.need(0, 1)
  expect(pages().length).toBe(1)
  answer()
  await until(async () => {
    await feed.list.need(0, 1)
    expect(shown()).toEqual([6, 5, 4, 3, 2, 1])
  })
  expect(pages().length).toBe(reads)
})

test('a page that comes late, and yet before the socket, is the beginning all the same', async () => {
  const archive = [1, 2, 3].map((seq) => stored(seq))
  const { feed, connections, seeks, socket, shown, hang } = lab(archive)
  const answer = hang(archive)
  void feed.open(ALL)
  await until(() => expect(connections.length).toBe(1))
  answer()
  await until(() => expect(seeks).toEqual(['3-3']))
  socket.at(3)
  socket.state('catching_up')
  socket.say(4)
  await until(() => expect(shown()).toEqual([4, 3, 2, 1]))
  expect(feed.list.store.get().begun).toBe(false)
})

test('an archive that fails is not waited for; one that would fail again is told of instead', async () => {
  vi.useFakeTimers()
  for (const [status, isHere] of [
    [503, 'here'],
    [400, 'failed'],
  ] as const) {
    const { feed, connections, socket, outage } = lab([])
    outage(true, status)
    void feed.open(ALL)
    await vi.advanceTimersByTimeAsync(0)
    expect(connections.length).toBe(1)
    socket.at(5)
    socket.state('catching_up')
    await vi.advanceTimersByTimeAsync(0)
    expect(phase(feed)).toBe(isHere)
    feed.close()
  }
})

test('a page that came in time is not given up later; one that has failed begins the list once', async () => {
  vi.useFakeTimers()
  const { feed, socket, shown, outage } = lab([stored(1), stored(2)])
  await feed.open(ALL)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(shown()).toEqual([2, 1])
  socket.at(2)
  socket.state('waiting')
  outage(true)
  void feed.setFilter(kinds('opened'))
  await vi.advanceTimersByTimeAsync(0)
  expect(feed.list.store.get().reads).toBe(2)
  feed.close()
})

test('what came while the archive took its time is shown when the list begins without it', async () => {
  vi.useFakeTimers()
  const archive = [1, 2, 3].map((seq) => stored(seq))
  const { feed, socket, shown, hang } = lab(archive)
  await feed.open(ALL)
  hang(archive)
  socket.gap('3-9')
  socket.say(10)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(shown()).toEqual([10])
  feed.close()
})

test('where the archive ends before what the socket brings, that is told once more from there', async () => {
  const archive = [1, 2, 3].map((seq) => stored(seq))
  const { feed, socket, seeks, shown, hang } = lab(archive)
  await feed.open(ALL)
  const answer = hang(archive)
  socket.gap('3-9')
  socket.say(10)
  answer()
  await until(() => expect(seeks).toEqual(['3-3']))
  socket.say(4)
  await until(() => expect(shown()).toEqual([4, 3, 2, 1]))
})

test('an empty hub is followed from its beginning', async () => {
  const { feed, connections } = lab([])
  await feed.open(ALL)
  expect([connections[0]?.after, phase(feed)]).toEqual(['0', 'here'])
})

test('with a filter that matches little, the socket begins at the head that was read before the page', async () => {
  const { feed, connections, asked, shown } = lab([
    stored(1, 'opened'),
    ...[2, 3, 4].map((seq) => stored(seq)),
  ])
  await feed.open(kinds('opened'))
  expect([connections[0]?.after, connections[0]?.events, shown()]).toEqual(['3-4', ['opened'], [1]])
  expect(asked[0]).toEqual({ kinds: '', limit: 1 })
})

test('a changed filter is answered by a position: only then the page is read, and what came before is dropped', async () => {
  const archive = [stored(1, 'opened'), stored(2)]
  const { feed, filters, asked, socket, shown } = lab(archive)
  await feed.open(ALL)
  socket.state('live')
  const before = asked.length
  await feed.setFilter(kinds('opened'))
  expect(filters).toEqual([{ events: ['opened'], email: '', tag: '', campaign: '' }])
  // Still what the old filter let through.
  socket.say(3)
  expect([asked.length, phase(feed)]).toEqual([before, 'asking'])
  archive.push(stored(3), stored(4, 'opened'))
  socket.position()
  await settled(feed)
  socket.say(5)
  await until(() => expect(shown()).toEqual([5, 4, 1]))
})

test('a filter that the socket does not answer to is asked of the archive all the same', async () => {
  const { feed, asked, socket, shown } = lab([stored(1), stored(2, 'opened')])
  await feed.open(ALL)
  socket.state('live')
  asked.length = 0
  void feed.setFilter(kinds('opened'))
  expect(shown()).toEqual([2, 1])
  await until(() => expect([asked.length > 0, shown()]).toEqual([true, [2]]))
})

test('any position soon after may have been the answer: the page is read again', async () => {
  const archive = [stored(1, 'opened')]
  const { feed, socket, shown } = lab(archive)
  await feed.open(ALL)
  socket.state('live')
  await feed.setFilter(kinds('opened'))
  socket.position()
  await settled(feed)
  // That was the one of every 30 s; what came until the real answer did not pass the old filter.
  archive.push(stored(2, 'opened'))
  socket.position(true, '3-2')
  await until(() => expect(shown()).toEqual([2, 1]))
})

test('a socket that begins anew with the filter has answered: what it says later leads to no other page', async () => {
  const { feed, asked, seeks, socket } = lab([stored(1), stored(2)])
  await feed.open(kinds('opened'))
  socket.state('live')
  await feed.setFilter(ALL)
  socket.position(true, '3-5')
  await settled(feed)
  expect(seeks).toEqual(['3-2'])
  asked.length = 0
  socket.position(true, '3-7')
  await settled(feed)
  expect(asked).toEqual([])
})

test.each([
  ['all', ALL, [2, 1]],
  ['a kind', kinds('opened'), [1]],
])(
  'of a hub that was restarted, the newest event is of another life: %s is read once',
  async (_, filter, rows) => {
    const { feed, asked, seeks, socket, shown } = lab([stored(1, 'opened'), stored(2)])
    await feed.open(kinds('sent'))
    socket.state('live')
    asked.length = 0
    await feed.setFilter(filter)
    const head = '4-2'
    socket.position(true, head)
    await settled(feed)
    socket.position(true, head)
    await settled(feed)
    expect([shown(), seeks, asked.length]).toEqual([rows, [], 1])
  },
)

test('a filter that is changed without a connection shows what the archive has, and again when connected', async () => {
  const archive = [stored(1, 'opened'), stored(2)]
  const { feed, socket, shown } = lab(archive)
  await feed.open(ALL)
  socket.state('waiting')
  await feed.setFilter(kinds('opened'))
  expect([phase(feed), shown()]).toEqual(['here', [1]])
  archive.push(stored(3, 'opened'))
  socket.state('catching_up')
  await until(() => expect(shown()).toEqual([3, 1]))
})

test('a filter that is changed before there is a connection is read at once; one that is answered, once', async () => {
  vi.useFakeTimers()
  const { feed, asked, socket, shown } = lab([stored(1, 'opened'), stored(2)])
  await feed.open(ALL)
  await feed.setFilter(kinds('opened'))
  expect(shown()).toEqual([1])
  socket.state('live')
  await feed.setFilter(ALL)
  socket.position()
  await vi.advanceTimersByTimeAsync(0)
  const reads = asked.length
  await vi.advanceTimersByTimeAsync(2_000)
  expect(asked.length).toBe(reads)
  feed.close()
})

test('what does not fit is not shown, though the socket brings it; what has come is all where nothing is asked', async () => {
  const archive = [stored(1)]
  const { feed, socket, shown, hang } = lab(archive)
  await feed.open({ ...ALL, message: 'm6' })
  expect(feed.seesAll()).toBe(false)
  socket.state('live')
  expect(feed.seesAll()).toBe(true)
  feed.watch('m7')
  socket.say(5, 6)
  await until(() => expect(shown()).toEqual([6, 1]))
  expect(feed.store.get().touched).toBe(0)
  feed.hold('pause', true)
  expect(feed.store.get().paused).toBe(true)
  feed.showNewest()
  expect(feed.store.get().paused).toBe(false)
  await feed.setFilter(ALL)
  expect(feed.seesAll()).toBe(false)
  hang(archive)
  socket.position()
  expect(feed.seesAll()).toBe(false)
  feed.close()
})

test('a filter that is changed before the list has begun is the one it begins with', async () => {
  const archive = [stored(1, 'opened'), stored(2)]
  const { feed, connections, shown, hang } = lab(archive)
  const answer = hang(archive)
  void feed.open(ALL)
  const changed = feed.setFilter(kinds('opened'))
  answer()
  await changed
  expect([connections.map(({ events }) => events), shown()]).toEqual([[['opened']], [1]])
})

test('the same filter again asks nobody', async () => {
  const { feed, asked, filters } = lab([stored(1)])
  await feed.open(kinds('opened'))
  const reads = asked.length
  await feed.setFilter(kinds('opened'))
  expect([filters, asked.length, phase(feed)]).toEqual([[], reads, 'here'])
})

test('of two quick filter changes only the last one counts', async () => {
  const { feed, socket, shown } = lab([stored(1, 'opened'), stored(2, 'clicked'), stored(3)])
  await feed.open(ALL)
  socket.state('live')
  await feed.setFilter(kinds('opened'))
  await feed.setFilter(kinds('clicked'))
  socket.position()
  socket.position()
  await settled(feed)
  expect(shown()).toEqual([2])
})

test('catching up tells how far it is; very far, the list begins anew at the head', async () => {
  const archive = [stored(1)]
  const { feed, seeks, socket } = lab(archive)
  await feed.open(ALL)
  archive.push(stored(3121))
  socket.state('catching_up')
  await until(() => expect(feed.store.get().behind).toBe(3120))
  socket.state('live')
  expect(feed.store.get().behind).toBe(null)
  archive.push(stored(90_000))
  socket.state('waiting')
  socket.state('catching_up')
  await until(() => expect(seeks).toEqual(['3-90000']))
})

test('how far it is is not asked for whoever has caught up at once, or is gone', async () => {
  const { feed, asked, socket } = lab([stored(1)])
  await feed.open(ALL)
  vi.useFakeTimers()
  asked.length = 0
  socket.state('catching_up')
  socket.state('live')
  await vi.advanceTimersByTimeAsync(10_000)
  socket.state('catching_up')
  feed.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toEqual([])
})

test('what the feed no longer keeps is read from the archive', async () => {
  const archive = [stored(1)]
  const { feed, connections, socket, shown } = lab(archive)
  await feed.open(ALL)
  archive.push(stored(2), stored(3), stored(4))
  connections[0]?.onGap?.({ from: '3-1', to: '3-3', reason: 'expired' })
  socket.say(4, 5)
  await until(() => expect(shown()).toEqual([5, 4, 3, 2, 1]))
})

test('what comes while the archive is read is shown with it, though nothing follows', async () => {
  const archive = [1, 2, 3].map((seq) => stored(seq))
  const { feed, socket, shown, hang } = lab(archive)
  await feed.open(ALL)
  const answer = hang(archive)
  socket.gap('3-3')
  socket.say(4)
  answer()
  await until(() => expect(shown()).toEqual([4, 3, 2, 1]))
})

test('a feed that began anew is a line of its own, between what was before and what follows', async () => {
  const { feed, connections, socket } = lab([stored(1)])
  await feed.open(ALL)
  connections[0]?.onGap?.({ from: '3-1', to: '3-7', reason: 'reset' })
  socket.say(8)
  await until(() => expect(feed.list.pages.size).toBe(3))
  expect([0, 1, 2].map((place) => feed.list.pages.at(place)?.type)).toEqual(['event', 'gap', 'event'])
})

test('every reason to hold still has to go before the list moves again', async () => {
  const { feed, socket, shown } = lab([stored(1)])
  await feed.open(ALL)
  feed.hold('scroll', true)
  feed.hold('pause', true)
  socket.say(2, 3)
  await until(() => expect(feed.store.get().waiting).toBe(2))
  feed.hold('scroll', false)
  expect(shown()).toEqual([1])
  feed.hold('pause', false)
  expect([shown(), feed.store.get().waiting]).toEqual([[3, 2, 1], 0])
})

test('older pages are read once each, down to the first event', async () => {
  const { feed, shown } = lab(Array.from({ length: 450 }, (_, index) => stored(index + 1)))
  await feed.open(ALL)
  await Promise.all([feed.list.need(180, 200), feed.list.need(180, 200)])
  expect(shown()).toHaveLength(400)
  await feed.list.need(380, 400)
  await feed.list.need(430, 450)
  expect([shown().length, shown().at(-1), feed.list.pages.next]).toEqual([450, 1, null])
})

test('the oldest are read from the oldest on, and how many lie between is told', async () => {
  const { feed, shown } = lab(Array.from({ length: 1000 }, (_, index) => stored(index + 1)))
  await feed.open(ALL)
  await feed.list.toEnd()
  const { between, pages } = feed.list
  expect([pages.size, pages.hole, between, shown().at(201), shown().at(-1)]).toEqual([401, 200, 600, 200, 1])
  await feed.list.need(210, 230)
  expect([pages.size, feed.list.between, shown().at(201)]).toEqual([601, 400, 400])
})

test('with a filter what is seen first is little, and what follows is not', async () => {
  const { feed, asked } = lab(Array.from({ length: 300 }, (_, index) => stored(index + 1)))
  await feed.open(kinds('sent'))
  await feed.list.need(0, 30)
  await feed.list.toEnd()
  expect(asked).toEqual([
    { kinds: '', limit: 1 },
    { kinds: 'sent', limit: 30 },
    { kinds: 'sent', limit: 200 },
    { kinds: 'sent', limit: 30 },
  ])
})

test('the watched message tells when something happens to it', async () => {
  const { feed, socket } = lab([stored(1)])
  await feed.open(ALL)
  feed.watch('m9')
  socket.say(8)
  socket.say(9)
  await until(() => expect(feed.store.get().touched).toBe(1))
})
