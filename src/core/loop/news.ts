// What follows after tracking has committed a page: lanes slow down after deferrals, and the log names the campaigns that the
// brakes have paused. None of this has to be exact, since a lane's pace is only advice.
import type { Log } from '../log.ts'
import type { ArchiveRow } from '../events/ports.ts'
import type { Paused } from './brakes.ts'
import type { LaneControl } from '../sending/ports.ts'
import { createRecentAnswers, type RecentAnswers } from '../sending/lanes/recent-answers.ts'
import { isAboutMailbox } from '../sending/verdict.ts'

export type LoopNews = {
  readonly paused: readonly Paused[]
  readonly rows: readonly ArchiveRow[]
}

type Options = {
  readonly lanes: Pick<LaneControl, 'slowDown'>
  readonly laneOf: (email: string) => string
  readonly log: Log
  readonly now?: () => number
}

export function createLoopNews(options: Options): (news: LoopNews) => void {
  const { lanes, laneOf, log, now = Date.now } = options
  const answers = new Map<string, RecentAnswers>()

  function answersOn(lane: string): RecentAnswers {
    const known = answers.get(lane) ?? createRecentAnswers(now)
    answers.set(lane, known)
    return known
  }

  async function slow(lane: string, answer: string): Promise<void> {
    await lanes
      .slowDown(lane, answer, answersOn(lane).deferredShare())
      .catch((err: unknown) => log.warn({ err, lane }, 'the pace of a lane cannot be saved'))
  }

  /** The last deferral of each lane in a page, other than those about one subscriber's mailbox. */
  function lastDeferrals(rows: readonly ArchiveRow[]): ReadonlyMap<string, string> {
    const deferrals = new Map<string, string>()
    for (const { event, facts } of rows) {
      if (facts.email === null || !['delivered', 'deferred'].includes(event.kind)) continue
      const lane = laneOf(facts.email)
      const response = facts.answer ?? 'deferred'
      if (event.kind === 'delivered') answersOn(lane).note('sent')
      else if (!isAboutMailbox(response)) {
        answersOn(lane).note('deferred')
        deferrals.set(lane, response)
      }
    }
    return deferrals
  }

  return ({ paused, rows }) => {
    for (const [lane, answer] of lastDeferrals(rows)) void slow(lane, answer)
    for (const { campaignId, reason } of paused)
      log.error({ campaign: campaignId, reason }, 'a campaign was paused')
  }
}
