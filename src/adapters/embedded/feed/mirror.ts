// The feed's file with what is asked for most kept in memory: what it holds, and its newest events.
import type { Cursor } from '../../../core/events/cursor.ts'
import { cursorAt, endOf, type Life, type Span } from '../../../core/events/span.ts'
import { countIn, type Piece } from '../../../core/events/pieces.ts'
import type { Appended, FeedPage } from '../../../core/events/ports.ts'
import { createTail, pageOf, type Tail } from '../../../core/events/tail.ts'
import type { Log } from '../../../core/log.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { createRenewal } from '../../sqlite/renewal.ts'
import { startThread, type Thread } from '../../sqlite/thread.ts'
import { joined } from './blocks.ts'
import type { Bounds, State, Store } from './store.ts'
import type { FeedFile } from './thread.ts'

/** Trimming goes in steps: an append waits for one of them, not for all. */
const STEP_EVENTS = 1_000

type MirrorOptions = {
  readonly file: string
  readonly now: () => number
  readonly log: Log
  /** Told when another thread has taken the place of one that has ended: there may be events that nobody was told of. */
  readonly onRenewed: () => void
}

/** What is known of the file as long as one thread has it. */
type Held = {
  readonly thread: Thread<Store>
  lives: readonly Life[]
  tail: Tail
  state: State
}

async function hold(file: string, at: number): Promise<Held> {
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
      const held = await hold(file, Math.max(now(), newest + 1))
      newest = cursorAt(held.state.head, { ...held.state, lives: held.lives }).epoch
      return held
    },
    log,
    onRenewed,
  })
  const { latest, current } = renewal
  const span = ({ state, lives }: Held = latest()): Span => ({ ...state, lives })

  return {
    bytes: () => latest().state.bytes,
    last(count: number): Cursor {
      const { head, floor } = span()
      return cursorAt(Math.max(head - count, floor), span())
    },
    /** The newest seq that a cursor has behind it; 0 when it is of another feed. */
    reached: (cursor: Cursor): number => Math.min(cursor.seq, endOf(cursor.epoch, span()) ?? 0),
    async append(batches: readonly (readonly Piece[])[], at: number): Promise<Appended[]> {
      const held = await current()
      const packed = joined(batches.flat()).map(({ bytes }) => bytes)
      const { pieces, state } = await held.thread.call('append', packed, at)
      held.state = state
      const { epoch } = cursorAt(state.head, span(held))
      held.tail.push(
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
      const { held, from, ...page } = await thread.call('read', after, limit)
      const pieces = held.map(({ bytes, ...piece }) => ({ ...piece, bytes: toBuffer(bytes) }))
      return pageOf(pieces, from, page)
    },
    async search(after: Cursor, limit: number, names: readonly string[]) {
      const { thread } = await current()
      return withBuffers(await thread.call('search', after, limit, names))
    },
    async trim(last: number, bounds: Bounds): Promise<void> {
      const held = await current()
      for (let floor = -1; floor !== held.state.floor;) {
        floor = held.state.floor
        held.state = await held.thread.call('trim', last, bounds, STEP_EVENTS)
      }
      held.tail.trim(held.state.floor)
    },
    noteTaken: async (cursor: Cursor) => (await current()).thread.call('noteTaken', cursor),
    taken: async () => (await current()).thread.call('taken'),
    async outlive(known: Cursor): Promise<void> {
      const held = await current()
      held.lives = await held.thread.call('outlive', known)
      held.tail = createTail(cursorAt(held.state.head, span(held)))
    },
    async erase(cursors: readonly Cursor[]): Promise<void> {
      const held = await current()
      const known = cursors.filter(({ epoch }) => endOf(epoch, span(held)) !== undefined)
      const seqs = known.map(({ seq }) => seq)
      for (let start = 0; start < seqs.length; start += STEP_EVENTS)
        held.state = await held.thread.call('erase', seqs.slice(start, start + STEP_EVENTS))
      held.tail.trim(held.state.head) // it has no holes: what it held is read from the file from now on
    },
    forget: async (at: number) => (await current()).thread.call('forget', at, STEP_EVENTS),
    close: renewal.close,
  }
}

function countAccepted(seqs: readonly number[]): Appended {
  const accepted = seqs.filter((seq) => seq > 0).length
  return { accepted, duplicates: seqs.length - accepted }
}

/** A Buffer comes out of another thread as a plain array of bytes. */
function withBuffers<T extends Pick<FeedPage, 'events'>>(page: T): T {
  const events = page.events.map((event) => ({
    ...event,
    id: toBuffer(event.id),
    data: toBuffer(event.data),
  }))
  return { ...page, events }
}
