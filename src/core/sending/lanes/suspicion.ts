// Whether permanent refusals are about their subscribers, or about us: plain functions over what a lane remembers of them.
// An adapter keeps that memory where all workers see it.
//
// The same answer to several subscribers in a row, or to more than a small share of them, is about us. But a single domain may
// refuse us while all others take our mails: that is no reason to stop a lane of many domains.

/** A permanent answer, other than that a mailbox is unknown or full. */
export type Refusal = {
  /** Equal for answers that say the same: see sameness() in refusals.ts. */
  readonly answer: string
  readonly subscriber: string
  /** null on a lane of a single provider. */
  readonly domain: string | null
  /** Given when it is weighed again: when it was weighed first. Then it is not counted again. */
  readonly at?: number | undefined
}

/** Mails that were accepted since the last report, and a few of their domains. */
export type Successes = {
  readonly count: number
  readonly domains: readonly string[]
  /** How long ago the latest was accepted, and how long ago the latest was begun. */
  readonly agoMs: number
  readonly begunAgoMs: number
}

/**
 * `sender`: it is about us. `domain`: one domain refuses us, and there is no other to compare it with. `subscriber`: it is
 * about the subscriber, or the subscriber's domain alone. `open`: not known yet.
 */
export type Verdict = 'sender' | 'domain' | 'subscriber' | 'open'

type Suspect = {
  readonly answer: string
  readonly subscribers: readonly string[]
  readonly domains: readonly string[]
  /** When the minute began in which subscribers and accepted mails (`taken`) are counted. */
  readonly since: number
  readonly lastAt: number
  readonly taken: number
  /** Domains that accepted mails meanwhile and are not among `domains`. */
  readonly elsewhere: number
  /** Subscribers who got this answer with no mail accepted in between. */
  readonly row: number
  /** We were blamed, and no mail has been accepted since: the next such answer is enough to blame us again. */
  readonly blamed: boolean
  /** Every such answer until then was about us. */
  readonly blamedAt: number
}

export type Suspicion = {
  readonly suspects: readonly Suspect[]
  /** Refusals of any wording since a mail was accepted, and some of their domains. */
  readonly row: number
  readonly rowDomains: readonly string[]
}

export const NO_SUSPICION: Suspicion = { suspects: [], row: 0, rowDomains: [] }

const MINUTE_MS = 60_000
const IN_A_ROW = 3
/** So many refusals in a row, whatever their wording: servers word one fault in several ways. */
const ANY_IN_A_ROW = 10
/** Within a minute: at least so many subscribers, and more than this share of them. */
const SHARE = { subscribers: 5, of: 0.1, domains: 3 }
/** When so many mails were accepted by other domains, it is about this domain. */
const ELSEWHERE = 3
const KEPT = { ms: 5 * MINUTE_MS, suspects: 12, subscribers: 50, domains: 5 }

/**
 * Successes from before a suspect's first refusal say nothing about it, even when they are reported later. Mails that were
 * under way then say nothing about other domains: all of them may refuse from then on.
 */
export function withSuccesses(
  suspicion: Suspicion,
  { count, domains, agoMs, begunAgoMs }: Successes,
  now: number,
): Suspicion {
  const isSince = ({ since }: Suspect) => now - agoMs >= since
  if (count === 0 || !suspicion.suspects.some(isSince)) return suspicion
  const suspects = suspicion.suspects.map((suspect) => {
    if (!isSince(suspect)) return suspect
    const isBegunSince = now - begunAgoMs >= suspect.since
    const elsewhere = isBegunSince ? domains.filter((domain) => !suspect.domains.includes(domain)).length : 0
    return {
      ...suspect,
      taken: suspect.taken + count,
      elsewhere: suspect.elsewhere + elsewhere,
      row: 0,
      blamed: false,
    }
  })
  // What is left of the overall row are the rows of the suspects that these successes do not clear.
  const row = suspects.reduce((sum, each) => sum + each.row, 0)
  return { suspects, row, rowDomains: row === 0 ? [] : suspicion.rowDomains }
}

export function weigh(
  suspicion: Suspicion,
  refusal: Refusal,
  now: number,
): { readonly suspicion: Suspicion; readonly verdict: Verdict } {
  const known = suspicion.suspects.find(({ answer }) => answer === refusal.answer)
  if (refusal.at !== undefined)
    return { suspicion, verdict: known ? judge(known, refusal, suspicion) : 'open' }
  const suspect = withRefusal(known, refusal, now)
  const others = suspicion.suspects.filter((each) => each !== known && isKept(each, now))
  const next = {
    suspects: [suspect, ...others].slice(0, KEPT.suspects),
    row: suspicion.row + 1,
    rowDomains: withDomain(suspicion.rowDomains, refusal),
  }
  const verdict = judge(suspect, refusal, next)
  if (verdict !== 'sender' && verdict !== 'domain') return { suspicion: next, verdict }
  // All refusals of this row had the same cause.
  const suspects = next.suspects.map((each) =>
    each === suspect || (next.row >= ANY_IN_A_ROW && each.row > 0)
      ? { ...each, blamedAt: now, blamed: verdict === 'sender' }
      : each,
  )
  return { suspicion: { ...next, suspects }, verdict }
}

const withDomain = (domains: readonly string[], { domain }: Refusal): readonly string[] =>
  domain === null || domains.includes(domain) ? domains : [...domains, domain].slice(0, KEPT.domains)

const isKept = ({ blamed, row, lastAt, blamedAt }: Suspect, now: number): boolean =>
  blamed || row > 0 || Math.max(lastAt, blamedAt) > now - KEPT.ms

function withRefusal(known: Suspect | undefined, refusal: Refusal, now: number): Suspect {
  const { answer, subscriber } = refusal
  const none: readonly string[] = []
  const fresh = { answer, subscribers: none, domains: none, since: now, taken: 0, elsewhere: 0 }
  const before = known ?? { ...fresh, row: 0, blamed: false, blamedAt: 0 }
  // Refusals in a row stay together, however slow the lane is.
  const suspect = now - before.since > MINUTE_MS && before.row === 0 ? { ...before, ...fresh } : before
  const isKnown = suspect.subscribers.includes(subscriber)
  return {
    ...suspect,
    lastAt: now,
    row: suspect.row + (isKnown ? 0 : 1),
    subscribers: isKnown
      ? suspect.subscribers
      : [subscriber, ...suspect.subscribers].slice(0, KEPT.subscribers),
    domains: withDomain(suspect.domains, refusal),
  }
}

function judge(suspect: Suspect, { domain, at }: Refusal, { row, rowDomains }: Suspicion): Verdict {
  const isOneOfMany = domain !== null && suspect.domains.length === 1
  if (at !== undefined && at <= suspect.blamedAt) return isOneOfMany ? 'domain' : 'sender'
  if (suspect.blamed) return 'sender'
  if (row >= ANY_IN_A_ROW && rowDomains.length !== 1) return 'sender'
  if (!isOneOfMany) return suspect.row >= IN_A_ROW || isLargeShare(suspect) ? 'sender' : 'open'
  if (suspect.elsewhere >= ELSEWHERE) return 'subscriber'
  return suspect.row >= IN_A_ROW || row >= ANY_IN_A_ROW ? 'domain' : 'open'
}

function isLargeShare({ subscribers, domains, taken }: Suspect): boolean {
  const isWide = domains.length === 0 || domains.length >= SHARE.domains
  return (
    isWide &&
    subscribers.length >= SHARE.subscribers &&
    subscribers.length / (subscribers.length + taken) > SHARE.of
  )
}
