// A term of tracking: follows the feed for as long as this process is the one that tracks and nothing goes wrong.
import { compareCursors, type Cursor } from '../cursor.ts'
import type { Log } from '../../log.ts'
import type { EventFeed, FeedPage, Gap } from '../ports.ts'
import { createNap } from '../../pause.ts'
import { type Progress } from './progress.ts'
import type { Recorder } from './record.ts'

export type Term = ReturnType<typeof startTerm>

/**
 * A commit waits for the disk: events that come within this time after the last one share the next, unless somebody waits for
 * them.
 */
const PACE_MS = 250

const LOST = {
  expired: 'events were lost before tracking could read them: the feed has dropped them',
  reset:
    'the feed was lost or is from a backup: events that tracking had not read are gone, and it continues with what is there',
} as const satisfies Record<Gap['reason'], string>

type Options = {
  readonly feed: EventFeed
  readonly progress: Progress
  readonly record: Recorder
  readonly log: Log
  /** Called once, when the term cannot go on. */
  readonly onTrouble: () => void
}

export function startTerm({ feed, progress, record, log, onTrouble }: Options) {
  const pace = createNap()
  let ended = false
  let trouble: { readonly error: unknown } | undefined
  let turn = Promise.resolve()

  /** One step after the other, each from where the last one ended; none after a failure. */
  function step(work: (from: Cursor) => Promise<void>): Promise<void> {
    turn = turn.then(async () => {
      if (ended || trouble) return
      await work(progress.position()).catch((error: unknown) => {
        trouble = { error }
        onTrouble()
      })
    })
    return turn
  }

  async function takePage(page: FeedPage): Promise<void> {
    progress.headAt(page.head)
    await step(async (from) => {
      if (page.gap) log.error({ gap: page.gap }, LOST[page.gap.reason])
      await record(from, page)
    })
    const isBehind = compareCursors(page.next, page.head) < 0
    if (!isBehind && !ended && !progress.wanted()) await pace.wait(PACE_MS)
  }

  const follower = feed.follow(progress.position(), takePage)
  return {
    /** Somebody waits, so the next commit must not be delayed. */
    hurry: pace.wake,
    /** For a new life of the feed without events: no event leads to its head. */
    meetHead: () =>
      step(async (from) => {
        const { gap, events, head } = await feed.read(from, 1)
        progress.headAt(head)
        if (gap || events.length > 0 || compareCursors(head, from) <= 0) return
        await record(from, { events: [], next: head })
      }),
    /** Throws the error that ended the term. */
    check(): void {
      if (trouble) throw trouble.error
    },
    async close(): Promise<void> {
      ended = true
      pace.wake()
      await follower.close()
      await turn
    },
  }
}
