// How a lane fares, as one process sees it: what each answer means for the lane's pace, and when it must pause.
import { domainOf } from '../../addresses/address.ts'
import type { Log } from '../../log.ts'
import type { Delivery } from '../../campaigns/ports.ts'
import type { LaneControl, SendResult } from '../ports.ts'
import { createRecentAnswers } from './recent-answers.ts'
import { isAboutSubscriber, sameness } from './refusals.ts'
import type { Refusal, Verdict } from './suspicion.ts'
import { isAboutMailbox } from '../verdict.ts'

/** Whom an answer is about. `ours`: about us, so the mail stays queued. `open`: not known yet. */
export type Judgement = 'theirs' | 'ours' | 'open'
type Noted = {
  readonly judgement: Judgement
  /** Asks again, a little later. */
  readonly ask?: () => Promise<Judgement>
}
type Recipient = Pick<Delivery, 'subscriberId' | 'email'>

export type Health = ReturnType<typeof createHealth>

type HealthOptions = {
  readonly lane: string
  /** The lane serves several providers, of which one may refuse what all others take. */
  readonly isMixed: boolean
  readonly lanes: LaneControl
  readonly now: () => number
  readonly log: Log
}

const MINUTE_MS = 60_000
const FAULT_PAUSES_MS = [1, 5, 15, 60, 360, 1440].map((minutes) => minutes * MINUTE_MS)
/** After all these pauses nothing is tried until somebody resumes the lane. */
const FOR_GOOD_MS = 10 * 365 * 24 * 60 * MINUTE_MS
/** When the only domain with mails keeps refusing us, its mails fail after so many pauses. */
const DOMAIN_PAUSES = 4
/** When a lane has gone well for this long, the next fault counts as the first one. */
const CALM_MS = 30 * MINUTE_MS
/** Mails that were under way when a lane was paused are answered by then. */
const UNDER_WAY_MS = 10_000
const DOMAINS_TOLD = 4
/** One lost connection is an accident; the third one in a row is an outage. */
const LOST_IN_A_ROW = 3
const OUTAGE_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
/** How often this process reports to the lane: answers that come at the same time are one lesson. */
const SENT_EVERY_MS = 1_000
const DEFERRED_EVERY_MS = 250

export function createHealth({ lane, isMixed, lanes, now, log }: HealthOptions) {
  const answers = createRecentAnswers(now)
  const reportedAt = { sent: 0, deferred: 0 }
  const state = { faults: 0, outages: 0, lost: 0, pausedAt: 0, pausedUntil: 0 }
  /** Since the last report. */
  const successes = { count: 0, domains: new Set<string>(), lastAt: 0, begunAt: 0 }

  /** The lane's pace is advice: that it cannot be reported now stops nothing. */
  async function tell(report: Promise<void>): Promise<void> {
    await report.catch((err: unknown) => log.warn({ err, lane }, 'the pace of a lane cannot be saved'))
  }

  /** True when this is a new pause, not only another answer to a mail that was under way when the lane was paused. */
  async function pauseFor(ms: number, reason: string, why?: string): Promise<boolean> {
    const isNews = now() >= state.pausedUntil
    if (isNews) {
      Object.assign(state, { pausedAt: now(), pausedUntil: now() + ms })
      if (why) log.error({ lane, reason, seconds: ms / 1000 }, why)
    }
    await tell(lanes.pause(lane, reason, state.pausedUntil))
    return isNews
  }

  async function blame(reason: string): Promise<void> {
    const ms = FAULT_PAUSES_MS[state.faults] ?? FOR_GOOD_MS
    const why =
      ms < FOR_GOOD_MS
        ? 'the mail server refuses the sender: the lane is paused and its mails wait; check the account'
        : 'the mail server still refuses the sender: the lane stays paused until you resume it'
    if (await pauseFor(ms, reason, why)) state.faults += 1
  }

  async function connectionLost(reason: string): Promise<void> {
    state.lost += 1
    if (state.lost < LOST_IN_A_ROW) return
    // Not logged: the mailer logs the outage and its end.
    const ms = OUTAGE_PAUSES_MS[Math.min(state.outages, OUTAGE_PAUSES_MS.length - 1)] ?? 0
    if (await pauseFor(ms, reason)) state.outages += 1
  }

  async function weigh(refusal?: Refusal): Promise<{ verdict: Verdict; at: number }> {
    const { count, domains, lastAt, begunAt } = successes
    const report = { count, domains: [...domains], agoMs: now() - lastAt, begunAgoMs: now() - begunAt }
    successes.count = 0
    successes.domains.clear()
    return lanes.weigh(lane, report, refusal)
  }

  /** Whom a permanent refusal is about. `open` where the store cannot be asked now. */
  async function refused(response: string, { subscriberId, email }: Recipient) {
    const domain = isMixed ? domainOf(email) : null
    const refusal: Refusal = { answer: sameness(response), subscriber: subscriberId, domain }
    let at: number | undefined
    const ask = async (): Promise<Judgement> => {
      try {
        const isFirst = at === undefined
        const weighed = await weigh({ ...refusal, at })
        at = weighed.at
        return await judge(weighed.verdict, response, isFirst)
      } catch (err) {
        log.warn({ err, lane }, 'cannot check now whom a refusal concerns')
        return 'open'
      }
    }
    return { judgement: await ask(), ask }
  }

  async function judge(verdict: Verdict, response: string, isNews: boolean): Promise<Judgement> {
    if (verdict === 'open') return 'open'
    if (verdict === 'subscriber' || (verdict === 'domain' && state.faults >= DOMAIN_PAUSES)) return 'theirs'
    if (isNews) await blame(response)
    return 'ours'
  }

  async function sent(email: string, begunAt: number): Promise<void> {
    calmDown()
    answers.note('sent')
    successes.count += 1
    successes.lastAt = now()
    successes.begunAt = Math.max(successes.begunAt, begunAt)
    if (isMixed && successes.domains.size < DOMAINS_TOLD) successes.domains.add(domainOf(email))
    if (now() - reportedAt.sent < SENT_EVERY_MS) return
    reportedAt.sent = now()
    await tell(lanes.speedUp(lane))
    await tell(weigh().then(() => undefined))
  }

  /** A mail that goes out within a pause shows that somebody has resumed the lane. */
  function calmDown(): void {
    if (now() < state.pausedUntil && now() - state.pausedAt > UNDER_WAY_MS) state.pausedUntil = now()
    if (now() - state.pausedUntil >= CALM_MS) state.faults = 0
  }

  async function deferred(response: string): Promise<void> {
    if (isAboutMailbox(response)) return
    answers.note('deferred')
    if (now() - reportedAt.deferred < DEFERRED_EVERY_MS) return
    reportedAt.deferred = now()
    await tell(lanes.slowDown(lane, response, answers.deferredShare()))
  }

  return {
    async note(result: SendResult, to: Recipient, begunAt: number): Promise<Noted> {
      if (result.kind === 'unreachable') return connectionLost(result.response).then(() => THEIRS)
      Object.assign(state, { lost: 0, outages: 0 })
      if (result.kind === 'sender_fault') return blame(result.response).then(() => OURS)
      if (result.kind === 'failed' && !isAboutSubscriber(result.response)) return refused(result.response, to)
      if (result.kind === 'sent') await sent(to.email, begunAt)
      else if (result.kind === 'deferred') await deferred(result.response)
      return THEIRS
    },
  }
}

const THEIRS: Noted = { judgement: 'theirs' }
const OURS: Noted = { judgement: 'ours' }
