// Every promise of the EventFeed port, as tests that each adapter must pass on a real store.
import { afterEach, beforeEach, describe } from 'vitest'
import type { FeedLab } from '../../../support/events/feed-lab.ts'
import { promisesOfAppending } from './append.ts'
import { promisesOfBounds } from './bounds.ts'
import { promisesOfErasing } from './erase.ts'
import { promisesOfFollowing } from './follow.ts'
import { promisesOfReading } from './read.ts'
import { promisesOfRestarting } from './restart.ts'
import { promisesOfResuming } from './resume.ts'

/** `openLab` gives each test an empty store of its own. */
export function eventFeedContract(openLab: () => Promise<FeedLab>): void {
  let lab: FeedLab
  beforeEach(async () => void (lab = await openLab()))
  afterEach(() => lab.close())
  const current = (): FeedLab => lab

  describe('append', () => promisesOfAppending(current))
  describe('read', () => promisesOfReading(current))
  describe('follow', () => promisesOfFollowing(current))
  describe('bounds', () => promisesOfBounds(current))
  describe('erase', () => promisesOfErasing(current))
  describe('restart', () => promisesOfRestarting(current))
  describe('resume', () => promisesOfResuming(current))
}
