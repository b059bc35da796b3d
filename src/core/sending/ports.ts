// What sending asks of the world. Read after campaigns/ports.ts; every sentence is a promise of test/contracts/.
//
// The queue only says which worker looks after which chunk now; marks remember, mail by mail, what the ledger has not
// been told yet. After any crash the ledger and the marks together know what is left to do.
import type { ChunkRef, Outcome, OutgoingMail } from '../campaigns/ports.ts'
import type { Refusal, Successes, Verdict } from './lanes/suspicion.ts'

/** Which worker looks after which chunk now. BullMQ on Redis, a table when embedded. */
export type SendQueue = {
  /** Chunks that are in the queue already, waiting or being worked on, are skipped. */
  add(refs: readonly ChunkRef[]): Promise<void>
  /**
   * Hands chunks of a lane to `handle`, up to `width` at a time. When `handle` resolves, the chunk leaves the queue and may
   * be added again; when the worker dies, another one is handed the chunk after a while (≤ 30 s).
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

/** What the ledger does not know yet, mail by mail, over all workers; survives kill -9 of any of them. */
export type Marks = {
  /** Takes a chunk over: its former worker is fenced off from now on. Returns what is marked. */
  take(ref: ChunkRef): Promise<{
    readonly token: number
    readonly outcomes: readonly Outcome[]
    readonly inDoubt: readonly number[]
  }>
  /**
   * Checks the token, records the outcomes of the last mails and claims the next ones. A fenced caller's outcomes are not
   * recorded. Steps of several chunks that are asked for together are one round trip, or one commit.
   */
  step(ref: ChunkRef, token: number, outcomes: readonly Outcome[], claims: readonly number[]): Promise<Step>
  /** Called when the ledger has everything. Does nothing for a fenced token. */
  drop(ref: ChunkRef, token: number): Promise<void>
}

/** Pace of the lanes: totals over all workers. */
export type LaneState = {
  readonly name: string
  readonly state: 'open' | 'slowed' | 'paused'
  readonly reason: string | null
  /** When this state began; null: no other state is known. */
  readonly since: number | null
  /**
   * When pace or state is expected to change by itself; null where only a person can change it, or nothing is wrong. A
   * slowed lane is raised by the first mail that is accepted from then on.
   */
  readonly nextChangeAt: number | null
  /** Mails a second that are allowed now. */
  readonly perSecond: number
}

export type LaneControl = {
  /**
   * Rights to send up to `count` mails now, in portions of about 100 ms; or none, and when to ask again. Within any second
   * all workers together get at most the lane's rate plus a tenth of it.
   */
  lease(lane: string, count: number): Promise<{ readonly granted: number; readonly retryAfterMs: number }>
  /**
   * A place among the lane's connections, which all workers share; a dead worker's place is soon free again. While several
   * owners ask, each gets its share, and where there are fewer places than owners they take turns: so give a place back
   * after a second or so, and ask again.
   */
  connect(
    lane: string,
    owner: string,
  ): Promise<{ readonly granted: boolean; readonly release: () => Promise<void> }>
  /** After a success: a slowed lane goes a little faster (additive). */
  speedUp(lane: string): Promise<void>
  /**
   * After a deferral: the lane goes slower (multiplicative), more so the larger the share of deferrals among the recent answers:
   * 1 = all of them, which is the default.
   */
  slowDown(lane: string, reason: string, deferredShare?: number): Promise<void>
  /**
   * Whom a permanent refusal is about, judged by the recent refusals and successes of this lane over all workers: the rules
   * of suspicion.ts. Returns when it was counted; asked again with that time, it is not counted again. `successes`: the
   * caller's accepted mails since its last report.
   */
  weigh(
    lane: string,
    successes: Successes,
    refusal?: Refusal,
  ): Promise<{ readonly verdict: Verdict; readonly at: number }>
  /** For a fault of the sender: nothing goes out on the lane until it is resumed, or until then. */
  pause(lane: string, reason: string, untilMs: number): Promise<void>
  resume(lane: string): Promise<void>
  states(): Promise<readonly LaneState[]>
}

/** The three about mails under way, as one store offers them. */
export type SendStores = {
  readonly queue: SendQueue
  readonly marks: Marks
  readonly lanes: LaneControl
  /** To be called after the workers have ended. */
  close(): Promise<void>
}

export type SendResult =
  | { readonly kind: 'sent'; readonly response: string }
  /** 421, 4xx: try later. */
  | { readonly kind: 'deferred'; readonly response: string }
  /** 5xx about this subscriber or this mail. `unknownRecipient`: 5.1.x, the address does not exist. */
  | { readonly kind: 'failed'; readonly response: string; readonly unknownRecipient: boolean }
  /** 530, 534, 535, 5.1.7, 5.1.8, 5.7.8, 5.7.515, or any 5xx before RCPT: about our account, not about the subscriber. */
  | { readonly kind: 'sender_fault'; readonly response: string }
  /** There was no connection, or it was lost before the server accepted the mail. */
  | { readonly kind: 'unreachable'; readonly response: string; readonly lost?: Lost }

/** When an open connection was lost: within the mail, or after all of it, so that the server may have accepted it. */
export type Lost = 'midway' | 'in doubt'

export type Mailer = {
  readonly transport: 'smtp' | 'outbox'
  /** Never throws for what a server says or does; bounded in time (30 s, and 2 minutes for the answer to a whole mail). */
  send(mail: OutgoingMail): Promise<SendResult>
  close(): Promise<void>
}
