// A provider's recent answers: a lane's pace follows the share of deferrals among them. A few in a hundred are everyday
// greylisting and full disks; half of them are a demand to slow down.

const HALF_LIFE_MS = 1_000

export type RecentAnswers = ReturnType<typeof createRecentAnswers>

export function createRecentAnswers(now: () => number) {
  const counts = { sent: 0, deferred: 0 }
  let at = now()

  function fade(): void {
    const factor = 0.5 ** (Math.max(0, now() - at) / HALF_LIFE_MS)
    counts.sent *= factor
    counts.deferred *= factor
    at = now()
  }

  return {
    note(result: 'sent' | 'deferred'): void {
      fade()
      counts[result] += 1
    },
    /** 0 to 1. An answer counts half as much after each second. */
    deferredShare(): number {
      const all = counts.sent + counts.deferred
      return all > 0 ? counts.deferred / all : 0
    },
  }
}
