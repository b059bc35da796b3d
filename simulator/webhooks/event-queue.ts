// Events that wait to be sent. They are collected for a moment, and mixed a little: Mandrill promises no order.
import type { EventSource, SimulatedEvent } from '../events/events.ts'
import type { Random } from '../random.ts'

export type EventQueue = EventSource & {
  put(event: SimulatedEvent): void
  /** Nothing more will be put in. */
  end(): void
  size(): number
}

type QueueOptions = {
  readonly random: Random
  readonly now: () => number
  /** How long the first event of a batch waits for others. */
  readonly collectMs: number
  /** Share of the events that go before some of those that have waited longer. */
  readonly disorder: number
}

const JUMPS_OVER = 50

export function createEventQueue({ random, now, collectMs, disorder }: QueueOptions): EventQueue {
  const waiting: SimulatedEvent[] = []
  let since = 0
  let ended = false
  return {
    put(event) {
      if (waiting.length === 0) since = now()
      const jump = random.chance(disorder) ? random.int(1, JUMPS_OVER) : 0
      waiting.splice(Math.max(0, waiting.length - jump), 0, event)
    },
    take(most) {
      const ready = waiting.length >= most || ended || now() - since >= collectMs
      if (!ready || most === 0) return []
      since = now()
      return waiting.splice(0, most)
    },
    end: () => void (ended = true),
    isOver: () => ended && waiting.length === 0,
    size: () => waiting.length,
  }
}
