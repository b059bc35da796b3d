// Brakes: a campaign that too many subscribers bounce or complain about pauses by itself, and says why.

/** Counts of distinct subscribers. `settled`: it is known what became of their mail. */
export type Settled = { readonly settled: number; readonly bounced: number; readonly complained: number }

export type BrakeRates = { readonly bounceRate: number; readonly complaintRate: number }

export type Paused = { readonly campaignId: string; readonly reason: string }

/** Fewer mails than this say nothing about a campaign. */
const ENOUGH = 100

/**
 * The reason to pause, if there is one. `base` are the counts at the end of the last pause: whoever resumed the campaign has
 * seen those, so only what came since is judged.
 */
export function judgeCampaign(now: Settled, base: Settled, rates: BrakeRates): string | undefined {
  const settled = now.settled - base.settled
  if (settled < ENOUGH) return undefined
  const excess = (word: string, count: number, rate: number) =>
    count / settled > rate
      ? `${word}: ${count} of ${settled} mails (${percentAbove(count / settled, rate)} %), more than ${exact(100 * rate)} %`
      : undefined
  return (
    excess('too many bounces', now.bounced - base.bounced, rates.bounceRate) ??
    excess('too many complaints', now.complained - base.complained, rates.complaintRate)
  )
}

/** What is above the rate reads so: it takes as many digits as that needs. */
function percentAbove(share: number, rate: number, digits = 1): number {
  const percent = Number((100 * share).toFixed(digits))
  return percent > exact(100 * rate) || digits === 12 ? percent : percentAbove(share, rate, digits + 1)
}

/** Without what binary fractions add: 7, not 7.000000000000001. */
const exact = (amount: number): number => Number(amount.toPrecision(12))
