// How many events are due: an allowance that grows with time, so that a rate holds whatever the batches' sizes.

export type Pace = {
  setRate(eventsPerSecond: number): void
  /** These may go out now, beyond the rate. */
  burst(events: number): void
  /** Takes at most `most` of the events that are due; 0 while a fuller batch is worth waiting for. */
  take(most: number): number
}

type PaceOptions = {
  /** Infinity: a full batch is always due. */
  readonly rate: number
  /** How long events are collected before a batch that is not full goes out. */
  readonly collectMs: number
  /** How many may pile up while nothing can be sent. */
  readonly mostWaiting: number
  readonly now: () => number
}

export function createPace({ rate, collectMs, mostWaiting, now }: PaceOptions): Pace {
  let perSecond = rate
  let allowance = 0
  let grownAt = now()
  let takenAt = now()

  const grow = () => {
    const elapsed = now() - grownAt
    grownAt += elapsed
    // What a burst has added stays, even beyond the bound.
    allowance = Math.max(allowance, Math.min(mostWaiting, allowance + (elapsed / 1000) * perSecond))
  }
  return {
    setRate(eventsPerSecond) {
      if (Number.isFinite(perSecond)) grow()
      perSecond = eventsPerSecond
      grownAt = now()
    },
    burst: (events) => void (allowance += events),
    take(most) {
      if (!Number.isFinite(perSecond)) return most
      grow()
      const due = Math.floor(allowance)
      if (due === 0 || (due < most && now() - takenAt < collectMs)) return 0
      takenAt = now()
      allowance -= Math.min(due, most)
      return Math.min(due, most)
    },
  }
}
