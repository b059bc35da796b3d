// What a page of events changes in the suppressions, whether their mails are the hub's or not.
import { and, eq, gt, inArray, lte, or, sql as words } from 'drizzle-orm'
import type { SuppressionReason } from '../../core/list/ports.ts'
import { createErasedKeys, isActive } from '../../core/list/subscriber.ts'
import {
  decide,
  judge,
  JUDGED,
  LIFTABLE,
  NO_PAST,
  remember,
  REMEMBERED,
  replaces,
  SOFT_BOUNCE_WINDOW_MS,
  type Decision,
  type Past,
} from '../../core/loop/suppressing.ts'
import type { ArchiveRow } from '../../core/events/ports.ts'
import type { Sql, Write } from './dialect.ts'
import { KEY_LENGTH, keyOf } from './keys.ts'
import { leaving, notListed, putting } from './suppressions.ts'

const ADDRESSES_AT_ONCE = 500

export type SuppressionOptions = { readonly secret: string; readonly softBounces: number }

export function createSuppressionEffects(sql: Sql, { secret, softBounces }: SuppressionOptions) {
  const erasedKey = createErasedKeys(secret)
  const pastOf = createPasts(sql, softBounces)

  /** Of whom only a hash is kept. */
  function keptApart(keys: readonly string[], held: ReadonlyMap<string, Held>, now: number) {
    const isHolding = (hashed: Held | undefined) => hashed !== undefined && isActive(hashed, now)
    return notListed(
      sql,
      keys.filter((key) => isHolding(held.get(erasedKey(key)))),
    )
  }

  async function writesOf(decisions: ReadonlyMap<string, Decision>, now: number): Promise<Write[]> {
    const held = await heldBy(
      sql,
      [...decisions.keys()].flatMap((key) => [key, erasedKey(key)]),
    )
    const apart = await keptApart([...decisions.keys()], held, now)
    const all = [...decisions].map(([key, decision]) => {
      const place = apart.has(key)
        ? { emailKey: erasedKey(key), email: null }
        : { emailKey: key, email: decision.email }
      return { ...decision, key, place, before: held.get(place.emailKey) }
    })
    const lifted = all
      .filter(({ lifted }) => lifted)
      .flatMap(({ key }) => [key, erasedKey(key)].filter((each) => held.has(each)))
    const puts = all.flatMap(({ put, place, before, lifted }) => {
      if (!put) return []
      const isOver = put.until !== null && put.until <= put.since
      const isNews = before ? lifted || replaces(put, before) : !isOver
      return isNews ? [{ ...place, ...reasonOf(put) }] : []
    })
    const left = all.filter(({ leaves }) => leaves).map(({ key }) => key)
    return [
      ...(lifted.length > 0 ? [lifting(sql, lifted)] : []),
      ...(puts.length > 0 ? putting(sql, puts) : []),
      ...(left.length > 0 ? [leaving(sql, left, now)] : []),
    ]
  }

  return async (rows: readonly ArchiveRow[]): Promise<readonly Write[]> => {
    const pasts = await pastOf(rows)
    const verdicts = rows.flatMap((row) => {
      const { email, occurredAt } = row.facts
      const before = pasts.get(email ?? '') ?? NO_PAST
      const past = remember(before, row.event.kind, occurredAt ?? row.event.receivedAt, softBounces)
      if (email !== null && pasts.has(email)) pasts.set(email, past)
      return judge(row, past, softBounces) ?? []
    })
    const now = Math.max(...rows.map(({ event }) => event.receivedAt))
    return verdicts.length === 0 ? [] : writesOf(decide(verdicts), now)
  }
}

/** Takes away what may be taken away at all. */
function lifting({ db, tables: { suppressions } }: Sql, keys: readonly string[]): Write {
  const mine = inArray(suppressions.emailKey, [...keys])
  return db.delete(suppressions).where(and(mine, inArray(suppressions.reason, [...LIFTABLE])))
}

type Held = { reason: SuppressionReason; source: string; since: number; until: number | null }

const reasonOf = ({ reason, source, since, until }: Held): Held => ({ reason, source, since, until })

async function heldBy(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, Held>> {
  const { suppressions } = sql.tables
  const rows = await inSteps(keys, (some) =>
    sql.read(sql.db.select().from(suppressions).where(inArray(suppressions.emailKey, some))),
  )
  return new Map(rows.map((row) => [row.emailKey, row]))
}

/** What is known of those addresses about which something is to be judged. */
function createPasts(sql: Sql, softBounces: number) {
  const heardOf = createHeard(sql, softBounces)
  return async (rows: readonly ArchiveRow[]): Promise<Map<string, Past>> => {
    const judged = rows.filter(({ event, facts }) => JUDGED.includes(event.kind) && facts.email !== null)
    const emails = new Map(
      judged.map(({ facts }) => [keyOf(facts.email ?? '', KEY_LENGTH.email), facts.email ?? '']),
    )
    const pasts = new Map([...emails.values()].map((email) => [email, NO_PAST]))
    const newest = Math.max(...judged.map(({ event }) => event.receivedAt))
    const since = newest - SOFT_BOUNCE_WINDOW_MS
    const found = await inSteps([...emails.keys()], (some) => heardOf(some, since))
    for (const { email: key, kind, at } of found) {
      const email = emails.get(key ?? '') ?? ''
      pasts.set(email, remember(pasts.get(email) ?? NO_PAST, kind, at, softBounces))
    }
    return pasts
  }
}

/**
 * Of each address and kind the newest event, and of soft bounces as many as suppress: nothing else decides anything. The
 * database counts them off, so that an address with very many events is one like any other here.
 */
function createHeard(sql: Sql, softBounces: number) {
  const { email, kind, occurredAt, receivedAt } = sql.tables.events
  const at = words<number>`coalesce(${occurredAt}, ${receivedAt})`.mapWith(Number)
  const place = words<number>`row_number() over (partition by ${email}, ${kind} order by ${at} desc)`
  return async (emails: string[], since: number) => {
    const within = or(gt(receivedAt, since), eq(kind, 'unsuppressed'))
    const heard = sql.db
      .select({ email, kind, at: at.as('at'), place: place.as('place') })
      .from(sql.tables.events)
      .where(and(inArray(email, emails), inArray(kind, [...REMEMBERED]), within))
      .as('heard')
    const counts = or(eq(heard.place, 1), and(eq(heard.kind, 'soft_bounced'), lte(heard.place, softBounces)))
    return sql.read(
      sql.db.select({ email: heard.email, kind: heard.kind, at: heard.at }).from(heard).where(counts),
    )
  }
}

async function inSteps<T>(keys: readonly string[], read: (some: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = []
  for (let start = 0; start < keys.length; start += ADDRESSES_AT_ONCE)
    found.push(...(await read(keys.slice(start, start + ADDRESSES_AT_ONCE))))
  return found
}
