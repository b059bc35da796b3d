// What the tests of a feed work with: a store of their own, a clock, made-up events, and readers that remember.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { Cursor } from '../../../src/core/events/cursor.ts'
import { KINDS, type FeedEvent, type NewEvent } from '../../../src/core/events/event.ts'
import type { EventFeed, FeedPage, Gap } from '../../../src/core/events/ports.ts'
import { factsOfOlder } from '../../../src/core/events/providers/providers.ts'
import { NOON } from '../times.ts'
import { until } from '../eventually.ts'

type FeedBounds = { readonly retention: number; readonly maxBytes: number }

export type FeedLab = {
  /** The hub's clock; tests may set it. */
  readonly clock: { now: number }
  /** Opens a feed on the lab's store. The lab closes it at the end. */
  open(bounds?: Partial<FeedBounds>): Promise<EventFeed>
  /** The store loses everything while no feed is open. */
  wipe(): Promise<void>
  /** The store is started anew while no feed is open: a new life of the feed begins, and nothing is lost. */
  restart(): Promise<void>
  /** How another process opens a feed on the same store: arguments of append-and-die.ts. */
  readonly recipe: readonly string[]
  close(): Promise<void>
}

export const ROOMY: FeedBounds = { retention: 1_000_000, maxBytes: 1_000_000_000 }
export const silentLog = { info: () => {}, warn: () => {}, error: () => {} }

/** A lab around an adapter: keeps the clock, and closes what was opened. */
export function createLab(store: {
  open: (bounds: FeedBounds & { now: () => number }) => EventFeed | Promise<EventFeed>
  wipe: () => Promise<void>
  restart?: () => Promise<void>
  recipe: readonly string[]
  close?: () => Promise<void>
}): FeedLab {
  const clock = { now: NOON }
  const feeds: EventFeed[] = []
  return {
    clock,
    recipe: store.recipe,
    wipe: store.wipe,
    async restart() {
      clock.now += 1_000
      await store.restart?.()
    },
    async open(bounds) {
      const feed = await store.open({ ...ROOMY, ...bounds, now: () => clock.now })
      feeds.push(feed)
      return feed
    },
    async close() {
      await Promise.all(feeds.map((feed) => feed.close()))
      await store.close?.()
    },
  }
}

/** Events like Mandrill's; the same label makes the same events. `size` is about how long each one is. */
export function makeEvents(count: number, label = 'event', size = 0): NewEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const subject = `안녕하세요 ✓ ${label} ${n}`
    const msg = {
      _id: `${label}-${n}`,
      email: `reader-${n}@example.com`,
      subject,
      metadata: [],
      text: '.'.repeat(size),
    }
    const data = Buffer.from(JSON.stringify({ event: 'send', ts: 1_773_144_000 + n, msg }))
    const kind = KINDS[n % KINDS.length] ?? 'sent'
    return { id: idOf(data), kind, data, ...factsOfOlder(kind, data.toString()) }
  })
}

export function idOf(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest().subarray(0, 16)
}

export const seqs = (events: readonly FeedEvent[]): number[] => events.map(({ cursor }) => cursor.seq)
export const texts = (events: readonly { data: Buffer }[]): string[] =>
  events.map(({ data }) => data.toString())

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n)
}

/** Everything after a cursor, page by page, with the gaps on the way. */
export async function readAll(
  feed: EventFeed,
  after: Cursor,
  limit = 10_000,
): Promise<{ events: FeedEvent[]; gaps: Gap[] }> {
  const events: FeedEvent[] = []
  const gaps: Gap[] = []
  for (let cursor = after; ;) {
    const page = await feed.read(cursor, limit)
    if (page.gap) gaps.push(page.gap)
    if (page.events.length === 0 && !page.gap) return { events, gaps }
    events.push(...page.events)
    cursor = page.next
  }
}

export type Reader = ReturnType<typeof startReader>

/** A follower that remembers what it was given. */
export function startReader(feed: EventFeed, after: Cursor, onPage: (page: FeedPage) => unknown = () => {}) {
  const events: FeedEvent[] = []
  const gaps: Gap[] = []
  const follower = feed.follow(after, async (page) => {
    await onPage(page)
    events.push(...page.events)
    if (page.gap) gaps.push(page.gap)
  })
  return {
    events,
    gaps,
    close: () => follower.close(),
    /** Waits until it has been given so many events. */
    has: (count: number) => until(() => expect(events.length).toBeGreaterThanOrEqual(count)),
  }
}

/** A door that a test opens when it wants to. */
export function createGate(): { readonly opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
