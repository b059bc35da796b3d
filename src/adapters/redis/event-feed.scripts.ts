// The two scripts that write to the feed in Redis, each all or nothing and one round trip.
import { script } from './script.ts'

// KEYS: events, meta, lives. ARGV: run id, now.
// A new life begins when something of the feed is gone, or when another Redis process than before has it: its
// newest events may be lost. The marker makes the stream's last id carry the epoch; nothing is left of it but that.
const BEGIN = `
local events, meta, lives = KEYS[1], KEYS[2], KEYS[3]
local run, now = ARGV[1], tonumber(ARGV[2])
local state = redis.call('HMGET', meta, 'run', 'epoch', 'full')
local epoch = state[2]
local there = redis.call('EXISTS', events) == 1
if not there or state[1] ~= run or not epoch or redis.call('EXISTS', lives) == 0 then
  local last, base = tonumber(epoch or '0'), '0'
  if there then
    local info = redis.call('XINFO', 'STREAM', events)
    for n = 1, #info, 2 do
      if info[n] == 'last-generated-id' then
        local e, s = string.match(info[n + 1], '^(%d+)-(%d+)$')
        last, base = math.max(last, tonumber(e)), s
      end
    end
  end
  epoch = string.format('%.0f', math.max(now, last + 1))
  local marker = epoch .. '-' .. base
  redis.call('XADD', events, marker, 'd', '')
  redis.call('XDEL', events, marker)
  if not there then redis.call('DEL', lives) end
  redis.call('RPUSH', lives, epoch .. ':' .. base)
  redis.call('LTRIM', lives, -1000, -1)
  redis.call('HSET', meta, 'run', run, 'epoch', epoch)
end
`

// More KEYS: the sets of seen ids, today's first. More ARGV: id, kind, data of each event.
// Redis numbers the events of an epoch itself (EPOCH-*). Answers how many were new; -1 when the feed is full.
const APPEND = `${BEGIN}
if state[3] == '1' then return -1 end
local ids, seen = {}, {}
for n = 3, #ARGV, 3 do ids[#ids + 1] = ARGV[n] end
for b = 4, #KEYS do
  if redis.call('EXISTS', KEYS[b]) == 1 then
    for n, found in ipairs(redis.call('SMISMEMBER', KEYS[b], unpack(ids))) do
      if found == 1 then seen[ids[n]] = true end
    end
  end
end
local auto, fresh = epoch .. '-*', {}
for n = 1, #ids do
  local id, at = ids[n], 3 * n
  if not seen[id] then
    seen[id] = true
    fresh[#fresh + 1] = id
    redis.call('XADD', events, auto, 'i', id, 'k', ARGV[at + 1], 't', ARGV[2], 'd', ARGV[at + 2])
  end
end
if #fresh > 0 then
  redis.call('SADD', KEYS[4], unpack(fresh))
  redis.call('EXPIRE', KEYS[4], 262800) -- its own day, two more, and an hour
end
return #fresh
`

export const beginScript = script(BEGIN)
export const appendScript = script(APPEND)
