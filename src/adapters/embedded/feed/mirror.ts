// Calls the thread of the feed's file, and keeps in memory what is needed most: the state of the feed and its newest events.
import type { Cursor } from '../../../core/events/cursor.ts'
import { cursorAt, endOf, type Life, type Span } from '../../../core/events/span.ts'
import { countIn, type Piece } from '../../../core/events/packed/pieces.ts'
import type { Appended, FeedPage } from '../../../core/events/ports.ts'
import { createTail, pageOf, type Tail } from '../../../core/events/packed/tail.ts'
import type { Log } from '../../../core/log.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { createRenewal } from '../../sqlite/renewal.ts'
import { startThread, type Thread } from '../../sqlite/thread.ts'
import { joined } from './blocks.ts'
import type { Bounds, State, Store } from './store.ts'
import type { FeedFile } from './thread.ts'

/** Trimming and erasing go in steps, so that an append waits for one step, not for all. */
const STEP_EVENTS = 1_000

type MirrorOptions = {
  readonly file: string
  readonly now: () => number
  readonly log: Log
  /** Called when a new thread has replaced one that ended: there may be events that nobody was told of. */
  readonly onRenewed: () => void
}

/** A thread with the file open, and what is known of the file meanwhile. */
type Opened = {
  readonly thread: Thread<Store>
  lives: readonly Life[]
  tail: Tail
  state: State
}

async function open(file: string, at: number): Promise<Opened> {
  const thread = startThread<Store>(new URL('./thread.ts', import.meta.url), { file, at } satisfies FeedFile)
  try {
    const [state, lives] = await Promise.all([thread.call('state'), thread.call('lives')])
    return { thread, lives, state, tail: createTail(cursorAt(state.head, { ...state, lives })) }
  } catch (error) {
    await thread.close()
    throw error
  }
}

export async function openMirror({ file, now, log, onRenewed }: MirrorOptions) {
  let newest = 0
  const renewal = await createRenewal({
    name: 'the thread of the event feed',
    async open() {
      const opened = await open(file, Math.max(now(), newest + 1))
      newest = cursorAt(opened.state.head, { ...opened.state, lives: opened.lives }).epoch
      return opened
    },
    log,
    onRenewed,
  })
  const { latest, current } = renewal
  const span = ({ state, lives }: Opened = latest()): Span => ({ ...state, lives })

  return {
    bytes: () => latest().state.bytes,
    last(count: number): Cursor {
      const { head, floor } = span()
      return cursorAt(Math.max(head - count, floor), span())
    },
    /** The seq of the last event that a cursor has passed; 0 if the cursor is from another feed. */
    reached: (cursor: Cursor): number => Math.min(cursor.seq, endOf(cursor.epoch, span()) ?? 0),
    async append(batches: readonly (readonly Piece[])[], at: number): Promise<Appended[]> {
      const opened = await current()
      const packed = joined(batches.flat()).map(({ bytes }) => bytes)
      const { pieces, state } = await opened.thread.call('append', packed, at)
      opened.state = state
      const { epoch } = cursorAt(state.head, span(opened))
      opened.tail.push(
        pieces.flatMap(({ seqs, stored }, n) => {
          const bytes = packed[n]
          return bytes && stored ? { bytes, epoch, seqs, stored } : []
        }),
      )
      const seqs = pieces.flatMap((piece) => piece.seqs)
      let start = 0
      return batches.map((batch) => countAccepted(seqs.slice(start, (start += countIn(batch)))))
    },
    async read(after: Cursor, limit: number): Promise<FeedPage> {
      const { tail, thread } = await current()
      const known = tail.after(after, limit)
      if (known) return known
      const { stored, from, ...page } = await thread.call('read', after, limit)
      const pieces = stored.map(({ bytes, ...piece }) => ({ ...piece, bytes: toBuffer(bytes) }))
      return pageOf(pieces, from, page)
    },
    async search(after: Cursor, limit: number, names: readonly string[]) {
      const { thread } = await current()
      return withBuffers(await thread.call('search', after, limit, names))
    },
    async trim(last: number, bounds: Bounds): Promise<void> {
      const opened = await current()
      for (let floor = -1; floor !== opened.state.floor;) {
        floor = opened.state.floor
        opened.state = await opened.thread.call('trim', last, bounds, STEP_EVENTS)
      }
      opened.tail.trim(opened.state.floor)
    },
    setTaken: async (cursor: Cursor) => (await current()).thread.call('setTaken', cursor),
    taken: async () => (await current()).thread.call('taken'),
    async outlive(known: Cursor): Promise<void> {
      const opened = await current()
      opened.lives = await opened.thread.call('outlive', known)
      opened.tail = createTail(cursorAt(opened.state.head, span(opened)))
    },
    async erase(cursors: readonly Cursor[]): Promise<void> {
      const opened = await current()
      const known = cursors.filter(({ epoch }) => endOf(epoch, span(opened)) !== undefined)
      const seqs = known.map(({ seq }) => seq)
      for (let start = 0; start < seqs.length; start += STEP_EVENTS)
        opened.state = await opened.thread.call('erase', seqs.slice(start, start + STEP_EVENTS))
      opened.tail.trim(opened.state.head) // a tail cannot have holes: these events are now read from the file
    },
    forget: async (at: number) => (await current()).thread.call('forget', at, STEP_EVENTS),
    close: renewal.close,
  }
}

function countAccepted(seqs: readonly number[]): Appended {
  const accepted = seqs.filter((seq) => seq > 0).length
  return { accepted, duplicates: seqs.length - accepted }
}

/** A Buffer arrives from another thread as a plain Uint8Array. */
function withBuffers<T extends Pick<FeedPage, 'events'>>(page: T): T {
  const events = page.events.map((event) => ({
    ...event,
    id: toBuffer(event.id),
    data: toBuffer(event.data),
  }))
  return { ...page, events }
}
