// What the tests of tracking work with: a real feed and a real archive, and ways to make them fail.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import { createLeases } from '../../../src/adapters/sql/driver/leases.ts'
import { createQuarantine } from '../../../src/adapters/sql/events/quarantine.ts'
import { BEGINNING, compareCursors } from '../../../src/core/events/cursor.ts'
import type { EventArchive, EventFeed, Quarantine } from '../../../src/core/events/ports.ts'
import type { Leases } from '../../../src/core/ports.ts'
import {
  startTracking,
  type Tracking,
  type TrackingOptions,
} from '../../../src/core/events/tracking/tracking.ts'
import { ROOMY, silentLog } from './feed-lab.ts'
import type { SqlLab } from '../database/sql-lab.ts'
import { NOON } from '../times.ts'

export type TrackingLab = {
  readonly feed: EventFeed
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly leases: Leases
  /** What was logged: level and message. */
  readonly told: readonly (readonly [level: string, message: string])[]
  start(options?: Partial<TrackingOptions>): Tracking
  /** Closes the feed and opens it again, as a new start of the hub does. */
  reopenFeed(): Promise<EventFeed>
  /** What the archive holds, in order. */
  archived(): Promise<string[]>
  close(): Promise<void>
}

export async function openTrackingLab(sqlLab: SqlLab): Promise<TrackingLab> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-tracking-'))
  const openFeed = () =>
    openEmbeddedFeed({ ...ROOMY, file: join(folder, 'feed.sqlite'), now: () => NOON, log: silentLog })
  let feed = await openFeed()
  const sql = await sqlLab.open()
  const [archive, quarantine, leases] = [createEventArchive(sql), createQuarantine(sql), createLeases(sql)]
  const told: (readonly [string, string])[] = []
  const tell = (level: string) => (_: object, message: string) => void told.push([level, message])
  const log = { info: tell('info'), warn: tell('warn'), error: tell('error') }
  const started: Tracking[] = []
  return {
    get feed() {
      return feed
    },
    archive,
    quarantine,
    leases,
    told,
    start(options) {
      const owner = `process ${started.length}`
      const tracking = startTracking({ feed, archive, quarantine, leases, owner, log, ...options })
      started.push(tracking)
      return tracking
    },
    async reopenFeed() {
      await feed.close()
      return (feed = await openFeed())
    },
    archived: async () => (await archive.find({ limit: 100_000, after: BEGINNING })).map(({ data }) => data),
    async close() {
      await Promise.all(started.map((tracking) => tracking.close()))
      await feed.close()
      await sqlLab.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** An archive whose next calls of record fail, before or after they have done their work. */
export function failing(
  archive: EventArchive,
  errors: (unknown | undefined)[],
  when: 'before' | 'after',
): EventArchive {
  return {
    ...archive,
    async record(from, to, rows) {
      // A write that changes nothing asks whether the database is there.
      const error = rows.length > 0 || compareCursors(from, to) === 0 ? errors.shift() : undefined
      if (error && when === 'before') throw error
      await archive.record(from, to, rows)
      if (error) throw error
    },
  }
}
