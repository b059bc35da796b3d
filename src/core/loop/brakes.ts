// Brakes: a campaign that too many subscribers bounce or complain about pauses by itself, and says why.

/** Distinct subscribers; `settled`: what became of their mail is known. */
export type Settled = { readonly settled: number; readonly bounced: number; readonly complained: number }

export type BrakeRates = { readonly bounceRate: number; readonly complaintRate: number }

export type Paused = { readonly campaignId: string; readonly reason: string }

/** Fewer tell nothing. */
const ENOUGH = 100

/**
 * Why to pause, if at all. `base` is what there was when the campaign did not run last: whoever resumes it has seen
 * those, and the next ones are judged anew.
 */
export function judgeCampaign(now: Settled, base: Settled, rates: BrakeRates): string | undefined {
  const settled = now.settled - base.settled
  if (settled < ENOUGH) return undefined
  const told = (word: string, count: number, rate: number) =>
    count / settled > rate
      ? `${word}: ${count} of ${settled} mails (${percent(count / settled)}), more than ${percent(rate)}`
      : undefined
  return (
    told('too many bounces', now.bounced - base.bounced, rates.bounceRate) ??
    told('too many complaints', now.complained - base.complained, rates.complaintRate)
  )
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
