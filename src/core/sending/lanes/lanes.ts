// Lanes: which one an address falls into, and how its pace follows what the provider says.
//
// The pace rises additively and falls multiplicatively, as TCP's: a server that defers gets less at once, and trust comes back
// slowly. How much less depends on how much it defers, as in DCTCP (RFC 8257). These rules are plain functions over a Pace,
// which an adapter keeps where all workers see it.
import { asciiDomain, domainOf } from '../../addresses/address.ts'
import type { Tally } from '../../campaigns/outcome.ts'
import type { LaneState } from '../ports.ts'
import { isRateLimit } from '../verdict.ts'

/** Connections and mails a second are totals over all workers. */
export type LaneConfig = {
  readonly name: string
  /** In ASCII and lower case. The lane called default takes every other address. */
  readonly domains: readonly string[]
  readonly connections: number
  readonly perSecond: number
}

export const DEFAULT_LANE = 'default'

/** The lane of an address, by its exact domain: a subdomain is often somebody else's server. */
export function createLaneOf(configs: readonly LaneConfig[]): (email: string) => string {
  const lanes = new Map(configs.flatMap(({ name, domains }) => domains.map((domain) => [domain, name])))
  return (email) => lanes.get(asciiDomain(domainOf(email)) ?? '') ?? DEFAULT_LANE
}

/** How many deliveries wait on each lane. Those on a lane that is no longer configured go out on the default lane. */
export function queuedByLane(
  names: readonly string[],
  tallies: Iterable<ReadonlyMap<string, Tally>>,
): ReadonlyMap<string, number> {
  const queued = new Map(names.map((name) => [name, 0]))
  for (const byLane of tallies)
    for (const [lane, tally] of byLane) {
      const name = queued.has(lane) ? lane : DEFAULT_LANE
      queued.set(name, (queued.get(name) ?? 0) + tally.queued + tally.deferred)
    }
  return queued
}

export type Pace = {
  /** Of the configured rate; 1 = all of it. */
  readonly share: number
  readonly reason: string | null
  readonly pausedUntil: number
  readonly pauseReason: string | null
  readonly slowedAt: number
  readonly raisedAt: number
  /** When it was opened, slowed from its full pace, or paused. */
  readonly since: number | null
}

export const FULL_PACE: Pace = {
  share: 1,
  reason: null,
  pausedUntil: 0,
  pauseReason: null,
  slowedAt: 0,
  raisedAt: 0,
  since: null,
}

const RAISED_BY = 0.05
const FLOOR = 0.05
/** Even one deferral among very many slows a little. */
const LEAST_SHARE = 0.1
/** For this long after a deferral no success raises the pace. */
const QUIET_MS = 5_000
/** Mails that were under way together are answered together: only one lesson a second is drawn from them. */
const LESSON_MS = 1_000
const REASON_CHARACTERS = 300
/** A longer pause means that somebody has to resume the lane. */
const FOR_GOOD_MS = 365 * 24 * 3_600_000

/**
 * `deferred`: the share of deferrals among the provider's recent answers. If all are, or if the answer itself speaks of too
 * much mail, the pace is halved. With a smaller share the pace settles in proportion: a lane with 3 % of greylisting goes
 * at 97 %.
 */
export function slowDown(pace: Pace, reason: string, now: number, deferred = 1): Pace {
  if (now - pace.slowedAt < LESSON_MS) return pace
  const weight = isRateLimit(reason) ? 1 : deferred
  const cut = Math.max(weight, LEAST_SHARE) / 2
  const share = Math.max(FLOOR, pace.share * (1 - cut) + RAISED_BY * (1 - weight))
  const since = pace.share < 1 ? pace.since : now
  return { ...pace, share, reason: clip(reason), slowedAt: now, raisedAt: now, since }
}

export function speedUp(pace: Pace, now: number): Pace {
  if (pace.share >= 1 || now < raisableAt(pace)) return pace
  // Rounded, or twenty steps of a twentieth would add up to a little less than 1.
  const share = Math.min(1, Math.round((pace.share + RAISED_BY) * 1e6) / 1e6)
  if (share >= 1) return { ...pace, share, reason: null, raisedAt: now, since: now }
  return { ...pace, share, raisedAt: now }
}

const raisableAt = ({ raisedAt, slowedAt }: Pace): number =>
  Math.max(raisedAt + LESSON_MS, slowedAt + QUIET_MS)

/** After a pause the lane begins slowly: a few mails show whether the trouble is over. */
export function pause(pace: Pace, reason: string, until: number, now: number): Pace {
  if (until <= pace.pausedUntil) return pace
  const text = clip(reason)
  const since = pace.pausedUntil > now ? pace.since : now
  return {
    share: FLOOR,
    reason: text,
    pauseReason: text,
    pausedUntil: until,
    slowedAt: now,
    raisedAt: now,
    since,
  }
}

/** Somebody says that the trouble is over. */
export function resume(pace: Pace, now: number): Pace {
  return pace.share >= 1 && pace.pausedUntil <= now ? pace : { ...FULL_PACE, since: now }
}

export function toState({ name, perSecond }: LaneConfig, pace: Pace, now: number): LaneState {
  const { share, reason, pausedUntil, pauseReason, since } = pace
  if (pausedUntil > now) {
    const nextChangeAt = pausedUntil - now > FOR_GOOD_MS ? null : pausedUntil
    return { name, state: 'paused', reason: pauseReason, since, nextChangeAt, perSecond: 0 }
  }
  if (share >= 1) return { name, state: 'open', reason, since, nextChangeAt: null, perSecond }
  return {
    name,
    state: 'slowed',
    reason,
    since: pausedUntil > (since ?? 0) ? pausedUntil : since,
    nextChangeAt: Math.max(raisableAt(pace), pausedUntil),
    perSecond: Math.round(rateOf(perSecond, pace) * 1000) / 1000,
  }
}

export function rateOf(perSecond: number, pace: Pace): number {
  return perSecond * pace.share
}

/** How far mails may run ahead of their even spacing, so that several can go out together. Slower lanes send one by one. */
export const AHEAD_MS = 50

/** Present-day instants are doubles a quarter of a microsecond apart: what is due within this counts as due. */
const GRAIN_MS = 0.001

/** Even spacing as one number, the instant at which the next mail would be due (GCRA, as ATM networks call it). */
export function spaced(
  nextAt: number,
  perSecond: number,
  count: number,
  now: number,
): { readonly granted: number; readonly nextAt: number; readonly retryAfterMs: number } {
  const interval = 1_000 / perSecond
  const ahead = Math.max(interval, AHEAD_MS)
  // Further ahead than that, it is from a slower pace, or from before a clock was set back.
  const from = Math.max(Math.min(nextAt, now + ahead), now)
  const granted = Math.min(count, Math.floor((ahead - (from - now) + GRAIN_MS) / interval))
  const then = from + granted * interval
  return { granted, nextAt: then, retryAfterMs: granted > 0 ? 0 : then + interval - ahead - now }
}

/** A paused lane is asked again at least this often: it may be resumed early. */
export const PAUSED_ASK_MS = 1_000

/** While there are fewer places than owners: how long one may keep a place before it is another's turn. */
export const TURN_MS = 1_000

/** How many of a lane's connections an owner may hold. `owners`: all that want some, in one order for all of them. */
export function allowance(
  connections: number,
  owners: readonly string[],
  owner: string,
  now: number,
): number {
  const turn = (owners.indexOf(owner) + Math.floor(now / TURN_MS)) % owners.length
  return Math.floor(connections / owners.length) + (turn < connections % owners.length ? 1 : 0)
}

function clip(text: string): string {
  return text.length <= REASON_CHARACTERS ? text : `${text.slice(0, REASON_CHARACTERS - 1)}…`
}
