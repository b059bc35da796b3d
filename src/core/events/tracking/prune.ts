// Deletes what is older than ARCHIVE_DAYS from archive and quarantine, a little at a time.
import type { EventArchive, Quarantine } from '../ports.ts'

const STEP = { events: 250, entries: 50, napMs: 20 }
const STEPS_AT_ONCE = 20
const EVERY_MS = 600_000
const DAY_MS = 86_400_000

type Options = {
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  /** How many days an event stays; undefined: for ever. */
  readonly archiveDays: number | undefined
  readonly now: () => number
  readonly nap: (ms: number) => Promise<void>
}

/** The returned function may be called often: it prunes when it is time. */
export function createPruning({ archive, quarantine, archiveDays, now, nap }: Options): () => Promise<void> {
  let due = 0
  return async () => {
    if (archiveDays === undefined || now() < due) return
    const before = now() - archiveDays * DAY_MS
    for (let step = 0; step < STEPS_AT_ONCE; step++) {
      const archived = await archive.prune(before, STEP.events)
      const quarantined = await quarantine.prune(before, STEP.entries)
      if (archived < STEP.events && quarantined < STEP.entries) {
        due = now() + EVERY_MS
        return
      }
      await nap(STEP.napMs)
    }
  }
}
