// How a lane fares, as one process sees it: what each answer means for the lane's pace, and when it must pause.
import type { Log } from '../log.ts'
import type { LaneControl, SendResult } from './ports.ts'
import { createAnswers } from './answers.ts'
import { isAboutMailbox, isPolicy } from './verdict.ts'

export type Health = {
  /** Takes note of an answer. True = it is the sender's fault after all: this mail stays queued. */
  note(result: SendResult, reader: string): Promise<boolean>
}

export type HealthOptions = {
  readonly lane: string
  readonly lanes: LaneControl
  readonly now: () => number
  readonly log: Log
}

const MINUTE_MS = 60_000
/** So many readers refused by policy within a minute, and it is no longer about them. */
const READERS = 3
const FAULT_PAUSES_MS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS)
/** One lost connection is an accident; the third one in a row is an outage. */
const LOST_IN_A_ROW = 3
const OUTAGE_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
/** Lanes learn one lesson a second from all that is answered at the same time. */
const SENT_EVERY_MS = 1_000
const DEFERRED_EVERY_MS = 250

export function createHealth({ lane, lanes, now, log }: HealthOptions): Health {
  const refused = new Map<string, number>()
  const answers = createAnswers(now)
  const last = { sent: 0, deferred: 0 }
  const state = { faults: 0, outages: 0, lost: 0, suspected: false, pausedUntil: 0 }

  /** The lane's pace is advice: that it cannot be told now stops nothing. */
  async function tell(report: Promise<void>): Promise<void> {
    await report.catch((err: unknown) => log.warn({ err, lane }, 'the pace of a lane cannot be told'))
  }

  /** Mails that were under way when it was paused are no news; where somebody has resumed it since, it is paused again. */
  async function pauseFor(ms: number, reason: string, why: string): Promise<boolean> {
    const isNews = now() >= state.pausedUntil
    if (isNews) {
      state.pausedUntil = now() + ms
      log.error({ lane, reason, seconds: ms / 1000 }, why)
    }
    await tell(lanes.pause(lane, reason, state.pausedUntil))
    return isNews
  }

  async function blame(reason: string): Promise<void> {
    const ms = at(FAULT_PAUSES_MS, state.faults)
    const why = 'the mail server refuses the sender: the lane is paused, its mails wait, see to the account'
    if (await pauseFor(ms, reason, why)) state.faults += 1
  }

  async function lose(reason: string): Promise<void> {
    state.lost += 1
    if (state.lost < LOST_IN_A_ROW) return
    const ms = at(OUTAGE_PAUSES_MS, state.outages)
    if (await pauseFor(ms, reason, 'the mail server cannot be reached: the lane waits, and tries again'))
      state.outages += 1
  }

  function isFault(result: SendResult, reader: string): boolean {
    if (result.kind !== 'failed' || !isPolicy(result)) return false
    for (const [other, at] of refused) if (at <= now() - MINUTE_MS) refused.delete(other)
    refused.set(reader, now())
    state.suspected ||= refused.size >= READERS
    return state.suspected
  }

  async function sent(): Promise<void> {
    Object.assign(state, { faults: 0, suspected: false })
    answers.note('sent')
    if (now() - last.sent < SENT_EVERY_MS) return
    last.sent = now()
    await tell(lanes.report(lane, 'sent'))
  }

  async function deferred(result: SendResult): Promise<void> {
    if (isAboutMailbox(result)) return
    answers.note('deferred')
    if (now() - last.deferred < DEFERRED_EVERY_MS) return
    last.deferred = now()
    await tell(lanes.report(lane, 'deferred', result.response, answers.deferredShare()))
  }

  return {
    async note(result, reader) {
      if (result.kind === 'unreachable') return lose(result.response).then(() => false)
      Object.assign(state, { lost: 0, outages: 0 })
      if (result.kind === 'sender_fault' || isFault(result, reader))
        return blame(result.response).then(() => true)
      if (result.kind === 'sent') await sent()
      else if (result.kind === 'deferred') await deferred(result)
      return false
    },
  }
}

function at(steps: readonly number[], index: number): number {
  return steps[Math.min(index, steps.length - 1)] ?? 0
}
