// The scripts of the marks in Redis. A chunk is one hash: `token`, and for each mail its number with either an empty
// text (claimed, and nothing known of it yet) or its outcome.
import { script } from '../script.ts'

// KEYS: chunk, token. ARGV: seconds that marks are kept.
// Tokens only grow, also over a Redis that has lost everything: they begin at its clock.
export const takeScript = script(`
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[2], token)
redis.call('HSET', KEYS[1], 'token', token)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
`)

// KEYS: chunk. ARGV: token, how many outcomes, then number and outcome of each, then the numbers to claim.
export const stepScript = script(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 'fenced' end
local count = tonumber(ARGV[2])
local fields = {}
for n = 3, 2 + 2 * count do fields[#fields + 1] = ARGV[n] end
for n = 3 + 2 * count, #ARGV do
  fields[#fields + 1] = ARGV[n]
  fields[#fields + 1] = ''
end
if #fields > 0 then redis.call('HSET', KEYS[1], unpack(fields)) end
return 'go'
`)

// KEYS: chunk. ARGV: token.
export const dropScript = script(`
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)
