// The scripts of the lanes in Redis. Their clock is Redis's own, so that all workers have the same one; tests give theirs.
import { script } from '../script.ts'

// The first ARGV of each script: a clock in ms, or nothing.
const CLOCK = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
`

// KEYS: lane. ARGV: clock, field. Answers the field as it is kept, and the time.
export const peekScript = script(`${CLOCK}
return { redis.call('HGET', KEYS[1], ARGV[2]) or '', string.format('%.0f', now) }
`)

// KEYS: lane. ARGV: field, what it was, what it shall be. Answers 0 when someone else has changed it.
export const swapScript = script(`
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`)

// KEYS: lane. ARGV: clock, count, mails a second, how far ahead at most in ms, how often a paused lane is asked in ms.
// The rule is spaced() of core/sending/lanes/lanes.ts. Answers what is granted, and when to ask again.
export const leaseScript = script(`${CLOCK}
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
local granted = math.max(0, math.min(count, math.floor((ahead - (from - now) + 0.001) / interval)))
local after = from + granted * interval
if granted > 0 or kept_next > from then
  redis.call('HSET', KEYS[1], 'next', string.format('%.6f', after))
end
if granted > 0 then return { granted, '0' } end
return { 0, string.format('%.3f', math.max(1, after + interval - ahead - now)) }
`)

// KEYS: places, owners. ARGV: clock, owner, place, connections, how long a place is kept, how long an owner counts, turn.
// The rule is allowance() of core/sending/lanes/lanes.ts.
export const connectScript = script(`${CLOCK}
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
export const renewScript = script(`${CLOCK}
for n = 3, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[2], ARGV[n]) end
return 1
`)

// KEYS: places. ARGV: clock, OWNER PLACE.
export const releaseScript = script(`return redis.call('ZREM', KEYS[1], ARGV[2])`)
