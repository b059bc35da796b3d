// Whether permanent answers are about their subscribers, or about us: plain functions over what a lane remembers of them.
// An adapter keeps it where all workers see it.
//
// The same answer to several subscribers in a row, or to more than a small share of them, is about us. But a domain may refuse
// us while all others take our mails: that is between it and us, and no reason to stop a lane of many domains.

/** What a lane has been told, other than that a mailbox is unknown or full. */
export type Refusal = {
  /** What makes two answers the same. */
  readonly answer: string
  readonly subscriber: string
  /** null on a lane of a single provider. */
  readonly domain: string | null
  /** As weighing it has told before: then it is not counted again. */
  readonly at?: number | undefined
}

/**
 * Mails that were taken since this was told last, a few of their domains, how long ago the last of them was taken, and how
 * long ago one of them was begun at last.
 */
export type Taken = {
  readonly count: number
  readonly domains: readonly string[]
  readonly agoMs: number
  readonly begunAgoMs: number
}

/**
 * `sender`: it is about us. `domain`: one domain refuses us, and there was no other to compare it with. `subscriber`: it is
 * between the subscriber, or the subscriber's domain, and us. `open`: not known yet.
 */
export type Verdict = 'sender' | 'domain' | 'subscriber' | 'open'

type Suspect = {
  readonly answer: string
  readonly subscribers: readonly string[]
  readonly domains: readonly string[]
  /** The minute that subscribers and `taken` are counted in. */
  readonly since: number
  readonly lastAt: number
  readonly taken: number
  readonly elsewhere: number
  /** Subscribers who were told so, and nobody was taken in between. */
  readonly row: number
  /** Until a mail is taken, the next one who is told so is enough. */
  readonly blamed: boolean
  /** Whoever was told so until then was told about us. */
  readonly blamedAt: number
}

export type Suspicion = {
  readonly suspects: readonly Suspect[]
  /** Refusals of any wording since a mail was taken, and some of their domains. */
  readonly row: number
  readonly rowDomains: readonly string[]
}

export const NO_SUSPICION: Suspicion = { suspects: [], row: 0, rowDomains: [] }

const MINUTE_MS = 60_000
const IN_A_ROW = 3
/** Any answers to so many in a row: servers word one fault in several ways. */
const ANY_IN_A_ROW = 10
/** Of a minute: so many subscribers at least, and more than this share of them. */
const SHARE = { subscribers: 5, of: 0.1, domains: 3 }
/** Mails that other domains took meanwhile, and it is about this one. */
const ELSEWHERE = 3
const KEPT = { ms: 5 * MINUTE_MS, suspects: 12, subscribers: 50, domains: 5 }

/**
 * What others saw before the first refusal, and tell after it, says nothing of the time since; nor does what was under way
 * then, of the other domains: all of them may be refused from then on.
 */
export function taken(
  suspicion: Suspicion,
  { count, domains, agoMs, begunAgoMs }: Taken,
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
  // The row of any wording is as long as those that are left of it.
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
  const suspect = counted(known, refusal, now)
  const others = suspicion.suspects.filter((each) => each !== known && isKept(each, now))
  const next = {
    suspects: [suspect, ...others].slice(0, KEPT.suspects),
    row: suspicion.row + 1,
    rowDomains: withDomain(suspicion.rowDomains, refusal),
  }
  const verdict = judge(suspect, refusal, next)
  if (verdict !== 'sender' && verdict !== 'domain') return { suspicion: next, verdict }
  // Whatever was said in this row was the same fault.
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

function counted(known: Suspect | undefined, refusal: Refusal, now: number): Suspect {
  const { answer, subscriber } = refusal
  const none: readonly string[] = []
  const fresh = { answer, subscribers: none, domains: none, since: now, taken: 0, elsewhere: 0 }
  const before = known ?? { ...fresh, row: 0, blamed: false, blamedAt: 0 }
  // What was told in a row stays together, however slow the lane is.
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
