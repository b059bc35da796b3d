// What a provider has answered of late: a lane's pace goes by the share of deferrals among it. A few of a hundred are
// every day's greylisting and full disks; half of them are a demand to go slower.

const HALF_LIFE_MS = 1_000

export type Answers = ReturnType<typeof createAnswers>

export function createAnswers(now: () => number) {
  const counts = { sent: 0, deferred: 0 }
  let at = now()

  function fade(): void {
    const kept = 0.5 ** (Math.max(0, now() - at) / HALF_LIFE_MS)
    counts.sent *= kept
    counts.deferred *= kept
    at = now()
  }

  return {
    note(result: 'sent' | 'deferred'): void {
      fade()
      counts[result] += 1
    },
    /** 0 to 1. An answer counts half as much a second later. */
    deferredShare(): number {
      const all = counts.sent + counts.deferred
      return all > 0 ? counts.deferred / all : 0
    },
  }
}
