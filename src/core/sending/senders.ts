// The senders of a chunk: as many as the lane has connections, each with one mail at a time, until none is left or
// somebody says stop.
import type { Log } from '../log.ts'
import { pause } from '../pause.ts'
import type { ChunkRef, Delivery } from '../campaigns/ports.ts'
import type { SubscriberStore } from '../list/ports.ts'
import type { Counters } from './counters.ts'
import type { Gate } from './lanes/gate.ts'
import type { Journal } from './journal.ts'
import { createSuspended } from './suspended.ts'
import { createTodo, type TodoOptions } from './todo.ts'
import type { Tried } from './try.ts'

export type SendersParts = {
  readonly subscribers: Pick<SubscriberStore, 'unmailable'>
  readonly reactions: { readonly of: TodoOptions['heardOf'] }
  readonly gate: Gate
  readonly counters: Counters
  readonly connections: number
  readonly now: () => number
  readonly log: Log
}

export type SendersWork = {
  readonly ref: ChunkRef
  readonly deliveries: readonly Delivery[]
  readonly journal: Journal
  /** Tries a claimed mail. */
  readonly send: (delivery: Delivery) => Promise<Tried>
}

export type Senders = {
  /** Resolves when all have ended. */
  run(): Promise<void>
  /** Mails in flight are ended, no other is begun. */
  stop(): void
}

const RETRY_MS = 500

export function createSenders(parts: SendersParts, work: SendersWork): Senders {
  const { ref, deliveries, journal, send } = work
  const { gate, now, counters, log } = parts
  const state = { waiting: 0, troubled: false }
  const stopped = new AbortController()
  const group = {}
  const todo = createTodo(deliveries, {
    unmailable: parts.subscribers.unmailable,
    heardOf: parts.reactions.of,
    now,
    onSettled(outcome) {
      counters.count(ref.lane, outcome.status)
      journal.settle(outcome)
    },
  })

  const suspended = createSuspended({ putBack: todo.putBack, now })

  function stop(): void {
    stopped.abort()
    journal.stop()
    gate.leave(group)
  }

  /** One mail, with the gate's permit. */
  async function sendNext(): Promise<void> {
    const delivery = await todo.next()
    if (!delivery || stopped.signal.aborted) return
    if ((await journal.claim(delivery.n)) !== 'go') return stop()
    if (await isStillToSend(delivery)) await suspended.note(delivery, await send(delivery))
  }

  /** A claim may have waited out an outage, and the subscriber has left meanwhile. */
  async function isStillToSend(delivery: Delivery): Promise<boolean> {
    try {
      const settled = await todo.lookAgain(delivery)
      if (!settled) return !stopped.signal.aborted
      counters.count(ref.lane, settled.status)
      journal.note(settled)
      return false
    } catch (err) {
      todo.putBack(delivery)
      throw err
    }
  }

  async function waitOut(err: unknown): Promise<void> {
    if (!state.troubled) log.warn({ err, ...ref }, 'a campaign waits: its subscribers cannot be looked up')
    state.troubled = true
    await pause(RETRY_MS, stopped.signal)
  }

  /** Where fewer mails are left than senders wait at the gate, one more has nothing to do there. */
  async function sender(): Promise<void> {
    while (!stopped.signal.aborted && todo.count() > state.waiting) {
      state.waiting += 1
      const permit = await gate.enter(ref.campaignId, group)
      state.waiting -= 1
      if (!permit) return
      const sent = sendNext().then(() => (state.troubled = false))
      await sent.catch(waitOut)
      permit.release()
    }
  }

  return {
    stop,
    async run() {
      const count = Math.min(parts.connections, deliveries.length)
      do await Promise.all(Array.from({ length: count }, sender))
      while (await suspended.settleRest(stopped.signal))
    },
  }
}
