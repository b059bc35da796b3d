// The memory of the lanes in Redis, where all workers share it: pace, suspicion, the next free moment, connections.
import { randomUUID } from 'node:crypto'
import type { Log } from '../../../core/log.ts'
import {
  createLaneControl,
  NEW_LANE,
  type LaneMemory,
  type LaneStore,
} from '../../../core/sending/lanes/control.ts'
import { AHEAD_MS, PAUSED_ASK_MS, TURN_MS, type LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import type { LaneControl } from '../../../core/sending/ports.ts'
import { SEND_KEYS } from '../keys.ts'
import type { Asking } from '../asking.ts'
import { script } from '../script.ts'

type RedisLaneOptions = {
  readonly connection: Pick<Asking, 'ask' | 'run'>
  readonly configs: readonly LaneConfig[]
  /** Redis's own clock without it. */
  readonly now?: () => number
  readonly log: Log
}

/** Workers that change a lane at the same moment collide a few times at most. */
const TRIES = 10
const KEPT_MS = 6_000
const RENEW_MS = 2_000
/** An owner that has not asked for this long wants no place. */
const WANTED_MS = 2_500

export function openRedisLaneControl(options: RedisLaneOptions): LaneControl & { close(): Promise<void> } {
  const { connection, configs, now } = options
  const clock = (): string => (now ? String(now()) : '')
  const places = openPlaces(options, clock)

  async function peek<K extends keyof LaneMemory>(lane: string, part: K) {
    const reply = await connection.run(peekScript, [SEND_KEYS.lane(lane)], [clock(), part])
    const [text = '', at] = reply as string[]
    const value: LaneMemory[K] = text ? { ...NEW_LANE[part], ...JSON.parse(text) } : NEW_LANE[part]
    return { text, value, at: Number(at) }
  }

  const store: LaneStore = {
    async change(lane, part, rule) {
      for (let tries = 0; tries < TRIES; tries++) {
        const { text, value, at } = await peek(lane, part)
        const next = rule(value, at)
        if (next === value) return
        const args = [part, text, JSON.stringify(next)]
        if ((await connection.run(swapScript, [SEND_KEYS.lane(lane)], args)) === 1) return
      }
    },
    pace: (lane) => peek(lane, 'pace'),
    async lease({ name, perSecond }, count) {
      const args = [clock(), count, perSecond, AHEAD_MS, PAUSED_ASK_MS]
      const reply = await connection.run(leaseScript, [SEND_KEYS.lane(name)], args)
      const [granted, retryAfterMs] = reply as [number, string]
      return { granted, retryAfterMs: Number(retryAfterMs) }
    },
    connect: places.take,
  }
  return { ...createLaneControl(configs, store, now ?? Date.now), close: places.close }
}

/** Places among a lane's connections. A heartbeat renews them, so those of a dead worker are soon free. */
function openPlaces({ connection, log }: RedisLaneOptions, clock: () => string) {
  const held = new Map<string, Set<string>>()
  let troubled = false

  async function renew(): Promise<void> {
    for (const [lane, members] of held)
      if (members.size > 0)
        await connection.run(renewScript, [SEND_KEYS.places(lane)], [clock(), KEPT_MS, ...members])
  }

  const heartbeat = setInterval(() => {
    // Places that expire in an outage are asked for again. An outage is logged once.
    renew().then(
      () => (troubled = false),
      (err: unknown) => {
        if (!troubled) log.warn({ err }, 'the shares of the connections cannot be renewed')
        troubled = true
      },
    )
  }, RENEW_MS)
  heartbeat.unref()

  async function release(lane: string, member: string): Promise<void> {
    if (!held.get(lane)?.delete(member)) return
    await connection.ask((redis) => redis.zrem(SEND_KEYS.places(lane), member))
  }

  return {
    async take({ name, connections }: LaneConfig, owner: string) {
      const place = randomUUID()
      const keys = [SEND_KEYS.places(name), SEND_KEYS.owners(name)]
      const args = [clock(), owner, place, connections, KEPT_MS, WANTED_MS, TURN_MS]
      if ((await connection.run(connectScript, keys, args)) !== 1)
        return { granted: false, release: async () => {} }
      const member = `${owner} ${place}`
      const members = held.get(name) ?? new Set()
      held.set(name, members.add(member))
      return { granted: true, release: () => release(name, member) }
    },
    async close(): Promise<void> {
      clearInterval(heartbeat)
      const all = [...held].flatMap(([lane, members]) => [...members].map((member) => release(lane, member)))
      await Promise.allSettled(all)
    },
  }
}

// Scripts go by Redis's clock, which all workers share; tests give theirs. The first ARGV of each script: a clock in ms, or ''.
const CLOCK = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
`

// KEYS: lane. ARGV: clock, field. Answers the field as it is stored, and the time.
const peekScript = script(`${CLOCK}
return { redis.call('HGET', KEYS[1], ARGV[2]) or '', string.format('%.0f', now) }
`)

// KEYS: lane. ARGV: field, old value, new value. Answers 0 when someone else has changed it.
const swapScript = script(`
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`)

// KEYS: lane. ARGV: clock, count, mails a second, how far ahead at most in ms, how often a paused lane is asked in ms.
// The rule is spaced() of core/sending/lanes/lanes.ts. Answers what is granted, and when to ask again.
const leaseScript = script(`${CLOCK}
local kept = redis.call('HMGET', KEYS[1], 'pace', 'next')
local rate, count, ahead = tonumber(ARGV[3]), tonumber(ARGV[2]), tonumber(ARGV[4])
if kept[1] then
  local pace = cjson.decode(kept[1])
  if pace.pausedUntil > now then
    return { 0, string.format('%.3f', math.min(pace.pausedUntil - now, tonumber(ARGV[5]))) }
  end
  rate = rate * pace.share
end
local interval = 1000 / rate
ahead = math.max(ahead, interval)
local kept_next = tonumber(kept[2] or '0')
local from = math.max(math.min(kept_next, now + ahead), now)
local granted = math.min(count, math.floor((ahead - (from - now) + 0.001) / interval))
local after = from + granted * interval
if granted > 0 or kept_next > from then
  redis.call('HSET', KEYS[1], 'next', string.format('%.6f', after))
end
if granted > 0 then return { granted, '0' } end
return { 0, string.format('%.3f', after + interval - ahead - now) }
`)

// KEYS: places, owners. ARGV: clock, owner, place, connections, how long a place is kept, how long an owner counts, turn.
// The rule is allowance() of core/sending/lanes/lanes.ts.
const connectScript = script(`${CLOCK}
local owner, connections = ARGV[2], tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + ARGV[6], owner)
local held = redis.call('ZRANGE', KEYS[1], 0, -1)
if #held >= connections then return 0 end
local mine = 0
for _, place in ipairs(held) do
  if string.sub(place, 1, #owner + 1) == owner .. ' ' then mine = mine + 1 end
end
local owners = redis.call('ZRANGE', KEYS[2], 0, -1)
table.sort(owners)
local rank = 0
for n, name in ipairs(owners) do if name == owner then rank = n - 1 end end
local turn = (rank + math.floor(now / ARGV[7])) % #owners
local allowed = math.floor(connections / #owners)
if turn < connections % #owners then allowed = allowed + 1 end
if mine >= allowed then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[5], owner .. ' ' .. ARGV[3])
return 1
`)

// KEYS: places. ARGV: clock, how long a place is kept, then OWNER PLACE of each: renewed where it is still held.
const renewScript = script(`${CLOCK}
for n = 3, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[2], ARGV[n]) end
return 1
`)
