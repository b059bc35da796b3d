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
      ? `${word}: ${count} of ${settled} mails (${percent(count / settled)}), more than ${percent(rate)}`
      : undefined
  return (
    excess('too many bounces', now.bounced - base.bounced, rates.bounceRate) ??
    excess('too many complaints', now.complained - base.complained, rates.complaintRate)
  )
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
