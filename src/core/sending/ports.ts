// What sending asks of the world. Read after campaigns/ports.ts; every sentence is a promise of test/contracts/.
//
// The queue only says which worker looks after which chunk now; marks remember, mail by mail, what the ledger has not
// been told yet. After any crash the ledger and the marks together know what is left to do.
import type { ChunkRef, Outcome, OutgoingMail } from '../campaigns/ports.ts'
import type { Refusal, Taken, Verdict } from './lanes/suspicion.ts'

/** Which worker looks after which chunk now. BullMQ on Redis, a table when embedded. */
export type SendQueue = {
  /** Chunks that are in the queue already, waiting or being worked on, are passed over. */
  add(refs: readonly ChunkRef[]): Promise<void>
  /**
   * Hands chunks of a lane to `handle`, so many at a time. When `handle` resolves, the chunk leaves the queue and may be
   * added again; when the worker dies, the chunk is handed to another one after a while (≤ 30 s).
   */
  work(
    lane: string,
    width: number,
    handle: (ref: ChunkRef, signal: AbortSignal) => Promise<void>,
  ): { close(): Promise<void> }
  close(): Promise<void>
}

/** What a worker may do next with a chunk. */
export type Step = 'go' | 'fenced'

/** What the ledger has not been told yet, mail by mail, among all workers; survives kill -9 of any of them. */
export type Marks = {
  /** Takes a chunk over: whoever had it before is fenced off from now on. Gives what is marked. */
  take(ref: ChunkRef): Promise<{
    readonly token: number
    readonly outcomes: readonly Outcome[]
    readonly inDoubt: readonly number[]
  }>
  /**
   * For the mails of a moment: checks the token, records what became of the last ones, claims the next ones. A fenced
   * caller's outcomes are not taken. Steps of several chunks that are asked for together are one round trip, or commit.
   */
  step(ref: ChunkRef, token: number, outcomes: readonly Outcome[], claims: readonly number[]): Promise<Step>
  /** After the ledger has everything. Does nothing for a fenced token. */
  drop(ref: ChunkRef, token: number): Promise<void>
}

/** Pace of the lanes: totals over all workers. */
export type LaneState = {
  readonly name: string
  readonly state: 'open' | 'slowed' | 'paused'
  readonly reason: string | null
  /** When this state began; null: as far as is known it was never another one. */
  readonly since: number | null
  /**
   * When pace or state is expected to change by itself; null where only a person can change it, or nothing is amiss. A
   * slowed lane is raised by the first mail that is taken from then on.
   */
  readonly nextChangeAt: number | null
  /** Mails a second that are allowed now. */
  readonly perSecond: number
}

export type LaneControl = {
  /**
   * A right to send `count` mails at most, now, in portions of about 100 ms; or none, and when to ask again. Over any
   * second all workers together are given no more than the lane's rate and a tenth of it.
   */
  lease(lane: string, count: number): Promise<{ readonly granted: number; readonly retryAfterMs: number }>
  /**
   * A place among the lane's connections, over all workers; free again soon after the worker has died. While several
   * owners ask, each gets its share, and where there are fewer places than owners they go round: so give a place back
   * after a second or so, and ask again.
   */
  connect(
    lane: string,
    owner: string,
  ): Promise<{ readonly granted: boolean; readonly release: () => Promise<void> }>
  /**
   * Success speeds a slowed lane up (additive), deferral slows it (multiplicative), by how large a share of the latest
   * answers were deferrals: 1 = all, which is taken where nobody says.
   */
  report(lane: string, result: 'sent' | 'deferred', reason?: string, deferredShare?: number): Promise<void>
  /**
   * Whom a permanent answer is about, by all that was told and taken of late on this lane, over all workers: the rules of
   * suspicion.ts. Gives back when it was told; asked again with that, it is not counted again. `taken`: what this caller's
   * mails have seen since it told last.
   */
  weigh(
    lane: string,
    taken: Taken,
    refusal?: Refusal,
  ): Promise<{ readonly verdict: Verdict; readonly at: number }>
  /** A sender's fault: nothing goes out on the lane until it is resumed or its time is over. */
  pause(lane: string, reason: string, untilMs: number): Promise<void>
  resume(lane: string): Promise<void>
  states(): Promise<readonly LaneState[]>
}

/** The three that are about what is under way, as one store has them. */
export type SendStores = {
  readonly queue: SendQueue
  readonly marks: Marks
  readonly lanes: LaneControl
  /** After what works on them has ended. */
  close(): Promise<void>
}

export type SendResult =
  | { readonly kind: 'sent'; readonly response: string }
  /** 421, 4xx: try later. */
  | { readonly kind: 'deferred'; readonly response: string }
  /** 5xx about this subscriber or this mail. `unknownRecipient`: 5.1.x, the address does not exist. */
  | { readonly kind: 'failed'; readonly response: string; readonly unknownRecipient: boolean }
  /** 530, 534, 535, 5.1.7, 5.1.8, 5.7.8, 5.7.515, or any 5xx before the server has heard of the subscriber: our account, not theirs. */
  | { readonly kind: 'sender_fault'; readonly response: string }
  /** No connection, or it was lost before the server had said that it took the mail. */
  | { readonly kind: 'unreachable'; readonly response: string; readonly lost?: Lost }

/** When a connection that stood was lost: with the mail under way, or behind all of it, so that it may have been taken. */
export type Lost = 'midway' | 'in doubt'

export type Mailer = {
  readonly transport: 'smtp' | 'outbox'
  /** Never throws for what a server says or does; bounded in time (30 s, and 2 minutes for the answer to a whole mail). */
  send(mail: OutgoingMail): Promise<SendResult>
  close(): Promise<void>
}
