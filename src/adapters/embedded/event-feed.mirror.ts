// The feed's file with what is asked for most kept in memory: what it holds, and its newest events.
import { BEGINNING, type Cursor } from '../../core/events/cursor.ts'
import type { FeedEvent, NewEvent } from '../../core/events/event.ts'
import { cursorAt, endOf, type Span } from '../../core/events/place.ts'
import type { Appended, FeedPage } from '../../core/events/ports.ts'
import { toBuffer } from './bytes.ts'
import { openStoreThread } from './event-feed.store-thread.ts'
import type { Bounds } from './event-feed.store.ts'
import { createTail } from './event-feed.tail.ts'

/** Trimming goes in steps: an append waits for one of them, not for all. */
const STEP_EVENTS = 1_000

type Batch = readonly NewEvent[]

export async function openMirror(file: string, at: number) {
  const thread = await openStoreThread({ file, at })
  const lives = await thread.call('lives')
  let state = await thread.call('state')
  const span = (): Span => ({ ...state, lives })
  const head = (): Cursor => cursorAt(state.head, span())
  const tail = createTail(head())

  return {
    bytes: () => state.bytes,
    last: (count: number): Cursor => cursorAt(Math.max(state.head - count, state.floor), span()),
    /** The newest seq that a cursor has behind it; 0 when it is of another feed. */
    reached: (cursor: Cursor): number => Math.min(cursor.seq, endOf(cursor.epoch, span()) ?? 0),
    async append(batches: readonly Batch[], at: number): Promise<Appended[]> {
      const written = await thread.call('append', batches, at)
      state = written.state
      const { epoch } = head()
      for (const [n, batch] of batches.entries()) tail.push(stored(batch, written.seqs[n] ?? [], epoch, at))
      return written.seqs.map(countAccepted)
    },
    async read(after: Cursor, limit: number): Promise<FeedPage> {
      return tail.after(after, limit) ?? withBuffers(await thread.call('read', after, limit))
    },
    async trim(last: number, bounds: Bounds): Promise<void> {
      for (let floor = -1; floor !== state.floor;) {
        floor = state.floor
        state = await thread.call('trim', last, bounds, STEP_EVENTS)
      }
      tail.trim(state.floor)
    },
    noteTaken: (cursor: Cursor) => thread.call('noteTaken', cursor),
    taken: () => thread.call('taken'),
    async erase(cursors: readonly Cursor[]): Promise<void> {
      const known = cursors.filter(({ epoch }) => endOf(epoch, span()) !== undefined)
      const seqs = known.map(({ seq }) => seq)
      for (let start = 0; start < seqs.length; start += STEP_EVENTS)
        state = await thread.call('erase', seqs.slice(start, start + STEP_EVENTS))
      tail.trim(state.head) // it has no holes: what it held is read from the file from now on
    },
    forget: (at: number) => thread.call('forget', at, STEP_EVENTS),
    ping: async () => void (await thread.call('read', BEGINNING, 1)),
    close: () => thread.close(),
  }
}

/** What a batch has become; a seq of 0 marks a duplicate. */
function stored(batch: Batch, seqs: readonly number[], epoch: number, receivedAt: number): FeedEvent[] {
  return batch.flatMap((event, n) => {
    const seq = seqs[n] ?? 0
    return seq > 0 ? [{ ...event, receivedAt, cursor: { epoch, seq } }] : []
  })
}

function countAccepted(seqs: readonly number[]): Appended {
  const accepted = seqs.filter((seq) => seq > 0).length
  return { accepted, duplicates: seqs.length - accepted }
}

/** A Buffer comes out of another thread as a plain array of bytes. */
function withBuffers(page: FeedPage): FeedPage {
  const events = page.events.map((event) => ({
    ...event,
    id: toBuffer(event.id),
    data: toBuffer(event.data),
  }))
  return { ...page, events }
}
