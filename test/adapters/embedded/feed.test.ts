// The embedded feed against the contract.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { eventFeedContract } from '../../contracts/events/feed/feed.ts'
import { createLab, silentLog, type FeedLab } from '../../support/events/feed-lab.ts'

async function openLab(): Promise<FeedLab> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-feed-'))
  const file = join(folder, 'feed.sqlite')
  return createLab({
    open: (options) => openEmbeddedFeed({ file, log: silentLog, ...options }),
    wipe: async () => {
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
    },
    recipe: ['embedded', file],
    close: () => rm(folder, { recursive: true }),
  })
}

describe('the embedded feed', () => eventFeedContract(openLab))
